"""Users and bots."""

from __future__ import annotations

from urllib.parse import quote

from doubles.github.answers import Json
from doubles.github.people import GONE, USER_TYPES, Identity
from doubles.github.rendering.urls import Urls, node_id

_LISTS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}


def simple_user(urls: Urls, who: Identity) -> Json:
    """The form in which users stand inside other things."""
    own = f"{urls.api}/users/{quote(who.login)}"
    page = f"apps/{who.login.removesuffix('[bot]')}" if who.is_installation else who.login
    return {
        "login": who.login,
        "id": who.id,
        "node_id": node_id("User", who.id),
        "avatar_url": f"{urls.server}/avatars/u/{who.id}",
        "gravatar_id": "",
        "url": own,
        "html_url": f"{urls.server}/{page}",
        **{name: own + rest for name, rest in _LISTS.items()},
        "type": USER_TYPES[who.kind],
        "site_admin": False,
        "user_view_type": "public",
    }


def optional_user(urls: Urls, who: Identity | None) -> Json | None:
    """The same where nobody may stand, as in the place of an account that is gone."""
    return None if who in {None, GONE} else simple_user(urls, who)


def public_user(urls: Urls, who: Identity) -> Json:
    """A user's page, as anyone sees it."""
    texts = dict.fromkeys(("name", "company", "location", "email", "bio", "hireable", "twitter_username"))
    figures = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    times = dict.fromkeys(("created_at", "updated_at"), "2020-01-01T00:00:00Z")
    return {**simple_user(urls, who), "blog": "", **texts, **figures, **times}


def private_user(urls: Urls, who: Identity) -> Json:
    """A user as themselves."""
    figures = ("private_gists", "total_private_repos", "owned_private_repos", "disk_usage", "collaborators")
    return {
        **public_user(urls, who),
        "user_view_type": "private",
        **dict.fromkeys(figures, 0),
        "two_factor_authentication": True,
    }
