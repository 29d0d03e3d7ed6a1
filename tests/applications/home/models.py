from tests.applications import recipes

recipes.run("home/models.py", globals())
