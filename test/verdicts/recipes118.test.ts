import { testRecipes } from "../harness/recipeTrials.ts";

testRecipes("1.18.4");
