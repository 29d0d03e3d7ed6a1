"""
What every storage of this package promises to Django, and to whoever calls it.

Classes named after Django's promises hold for ``FileSystemStorage`` too, and are run on it, so
that what they expect is Django's and not ours. Those named ``Own…`` go beyond it. A test
package runs them by subclassing, with fixtures of its own: ``storage``, an empty storage;
``make``, which makes more of them from options; ``folder``, a directory that nobody else uses;
``fetch``, which gets what is at a URL, as a browser of no special rights would.
"""
