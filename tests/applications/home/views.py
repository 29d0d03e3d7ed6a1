from tests.applications import recipes

recipes.run("home/views.py", globals())
