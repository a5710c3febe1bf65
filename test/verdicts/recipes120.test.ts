import { testRecipes } from "../harness/recipeTrials.ts";

testRecipes("1.20.0");
