/** An object with a pod template, as far as it is looked at here. */
interface WithTemplate {
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } } };
}
interface Container {
  readonly name: string;
  readonly image?: string;
}

/** The release in the tag of a container's image, such as `1.19.6`. Undefined if the container or the tag has none. */
export function releaseOf(object: unknown, container: string): string | undefined {
  const containers = (object as WithTemplate | undefined)?.spec?.template?.spec?.containers ?? [];
  const image = containers.find(({ name }) => name === container)?.image ?? "";
  return /:v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)(?:@|$)/.exec(image)?.[1];
}
