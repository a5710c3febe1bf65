import { testRecipes } from "../harness/recipeTrials.ts";

testRecipes("1.19.6");
