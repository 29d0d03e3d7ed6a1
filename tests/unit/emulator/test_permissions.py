from __future__ import annotations

import pytest

from cloud_storages.emulator.rules import permissions as p

ID_RULE = (
    "Parameter must contain at most 255 chars. Valid chars are a-z, A-Z, 0-9, period, hyphen, and"
    " underscore. Can't start with a special char"
)


@pytest.mark.parametrize(
    "text",
    [
        'read("any")',
        'create("guests")',
        'update("users")',
        'delete("users/verified")',
        'write("user:abc")',
        'read("user:abc/unverified")',
        'read("team:abc")',
        'read("team:abc/owner")',
        'read("member:abc")',
        'read("label:gold")',
    ],
)
def test_legal_permissions(text: str) -> None:
    assert p.permissions(p.ON_BUCKETS)([text]) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "nonsense",
            (
                'Permission "nonsense" is not allowed. Must be one of: create, read, update,'
                " delete, write."
            ),
        ),
        ("read(any)", 'Invalid permission string format: "read(any)".'),
        ('readx("any")', 'Invalid permission type: "readx".'),
        ("*", 'Wildcard permission "*" has been replaced. Use "any" instead.'),
        ('read("user:")', 'Role "user" must have an ID value.'),
        ('read("team")', 'Role "team" must have an ID value.'),
        ('read("any:x")', 'Role "any" can not have an ID value.'),
        ('read("guests/x")', 'Role "guests" can not have a dimension value.'),
        (
            'read("users/x")',
            'Role "users" dimension value is invalid. Must be one of: verified, unverified.',
        ),
        ('read("users/")', "Dimension must not be empty"),
        ('read("team:a/b/c")', "Only one dimension can be provided"),
        ('read("user:_a")', f'Role "user" identifier value is invalid: {ID_RULE}'),
        (
            'read("label:a-b")',
            (
                'Role "label" identifier value is invalid: Value must be a valid string between 1'
                " and 255 chars containing only alphanumeric chars"
            ),
        ),
        (
            'read("bogus")',
            (
                'Role "bogus" is not allowed. Must be one of: any, guests, users, user, team,'
                " member, label, project."
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_permission(text: str, complaint: str) -> None:
    assert p.permissions(p.ON_BUCKETS)([text]) == complaint


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("read", "Permissions must be an array of strings."),
        ([1], "Every permission must be of type string."),
        (['read("any")'] * 101, "You can only provide up to 100 permissions."),
    ],
)
def test_what_is_wrong_with_the_list(value: object, complaint: str) -> None:
    assert p.permissions(p.ON_BUCKETS)(value) == complaint


def test_files_grant_no_creating() -> None:
    complaint = p.permissions(p.ON_NEW_FILES)(['create("any")'])

    assert complaint == (
        'Permission "create("any")" is not allowed. Must be one of: read, update, delete, write.'
    )


def test_write_is_spelt_out_and_nothing_is_granted_twice() -> None:
    granted = ['read("any")', 'write("users")', 'update("users")']

    assert p.expanded(granted, p.FILE_ACTIONS) == (
        'read("any")',
        'update("users")',
        'delete("users")',
    )
    assert p.expanded(granted[1:2], p.BUCKET_ACTIONS) == (
        'create("users")',
        'update("users")',
        'delete("users")',
    )


def test_denials_say_what_was_asked_and_what_there_is() -> None:
    roles = ("any", "guests")

    assert p.denial([], "read", roles) == "No permissions provided for action 'read'"
    assert p.denial(['read("any")'], "update", roles) == (
        "No permissions provided for action 'update'"
    )
    assert p.denial(['read("guests")'], "read", roles) is None
    assert p.denial(['read("users/verified")', 'read("team:a")'], "read", roles) == (
        'Missing "read" permission for role "team:a". Only "["any","guests"]" scopes are allowed'
        ' and "["users\\/verified","team:a"]" was given.'
    )
