"""What corrections are made with."""

import sys


def replaces(owner, name):
    """Puts the decorated function in the place of the method `owner.name`, which it is given as its first argument."""
    original = getattr(owner, name, None)
    if not callable(original):
        sys.exit(f"this moto has no {owner.__name__}.{name} to correct")

    def put(function):
        setattr(owner, name, lambda *args, **kwargs: function(original, *args, **kwargs))
        return function

    return put


def adds(owner):
    """Makes the decorated function a method of `owner`."""

    def put(function):
        if hasattr(owner, function.__name__):
            sys.exit(f"this moto has {owner.__name__}.{function.__name__} already")
        setattr(owner, function.__name__, function)
        return function

    return put
