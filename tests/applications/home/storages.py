from tests.applications import recipes

recipes.run("home/storages.py", globals())
