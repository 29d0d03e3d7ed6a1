from tests.applications import recipes

urlpatterns = []
recipes.run("urls.py", globals())
