// Vite makes styles of an import of a CSS file.
declare module "*.css";
