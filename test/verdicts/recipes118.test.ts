import { availableParallelism } from "node:os";
import { after, before, describe, test } from "node:test";
import { isolate } from "../harness/isolation.ts";
import { readRecipes } from "../harness/recipes.ts";
import { RecipeTrials } from "../harness/recipeTrials.ts";

isolate();

describe("Cilium 1.18.4 starts with the recipe", { concurrency: availableParallelism() }, () => {
  let trials: RecipeTrials;
  before(async () => {
    trials = await RecipeTrials.start("1.18.4");
  });
  after(() => trials.stop());

  for (const recipe of readRecipes()) test(recipe.title, (context) => trials.judge(recipe, context));
});
