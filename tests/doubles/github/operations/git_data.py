"""Git's own objects and refs through the API."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import urlsplit

from doubles.github import lifecycle
from doubles.github.answers import Answer, Json, not_found, refuse
from doubles.github.call import Call, Handler
from doubles.github.plumbing import GitFaultError, TreeEntry
from doubles.github.rendering import commits as form
from doubles.github.rendering.urls import node_id
from doubles.github.state import RepositoryState


def get_ref(call: Call) -> Answer:
    """Exactly this ref; a prefix of others is 404."""
    name = f"refs/{call.operation.parameters['ref']}"
    sha = call.repository.git.ref(name)
    if sha is None:
        raise not_found()
    return Answer(body=form.git_ref(call.urls, call.repository, name, sha))


def matching_refs(call: Call) -> Answer:
    """Every ref whose name starts so."""
    start = f"refs/{call.operation.parameters['ref']}"
    found = {name: sha for name, sha in call.repository.git.refs("refs/").items() if name.startswith(start)}
    return Answer(body=[form.git_ref(call.urls, call.repository, name, sha) for name, sha in found.items()])


def create_ref(call: Call) -> Answer:
    """Makes a ref that must not exist."""
    home, name, sha = call.repository, call.fields["ref"], call.fields["sha"]
    if not name.startswith("refs/") or name.count("/") < 2 or not home.git.valid_ref(name):
        raise refuse(422, f"{name} is not a valid ref name.")
    if home.git.ref(name) is not None:
        raise refuse(422, "Reference already exists")
    if home.git.object_type(sha) is None:
        raise refuse(422, "Object does not exist")
    _move(call, name, sha)
    shown = form.git_ref(call.urls, home, name, sha)
    return Answer(status=201, body=shown, headers=(("Location", shown["url"]),))


def update_ref(call: Call) -> Answer:
    """Moves a ref, forward only unless forced. There is no compare-and-swap here, as at GitHub."""
    home, name, sha = call.repository, f"refs/{call.operation.parameters['ref']}", call.fields["sha"]
    old = home.git.ref(name)
    if old is None:
        raise refuse(422, "Reference does not exist")
    if home.git.object_type(sha) is None:
        raise refuse(422, "Object does not exist")
    if not call.fields.get("force", False) and not home.git.is_ancestor(old, sha):
        raise refuse(422, "Update is not a fast forward")
    _move(call, name, sha)
    return Answer(body=form.git_ref(call.urls, home, name, sha))


def delete_ref(call: Call) -> Answer:
    """Removes a ref; pull requests from that branch close."""
    home, name = call.repository, f"refs/{call.operation.parameters['ref']}"
    if home.git.ref(name) is None or name.startswith("refs/pull/"):
        raise refuse(422, "Reference does not exist")
    if name == f"refs/heads/{home.default_branch}":
        raise refuse(422, "Cannot delete the default branch")
    _move(call, name, None)
    return Answer(status=204)


def _move(call: Call, name: str, sha: str | None) -> None:
    home, before = call.repository, call.repository.git.refs()
    try:
        if sha is None:
            home.git.delete_ref(name)
        else:
            home.git.update_ref(name, sha)
    except GitFaultError as error:  # a folder and a file of one name: refs/heads/a and refs/heads/a/b
        raise refuse(422, "Reference cannot be updated") from error
    lifecycle.branches_moved(call.state, home, before, call.actor)


def get_tree(call: Call) -> Answer:
    """A tree by its name, a commit's or a branch's; any value of `recursive` counts, `0` too."""
    home, name = call.repository, call.operation.parameters["tree_sha"]
    sha = home.git.resolve(name) or (name if home.git.object_type(name) == "tree" else None)
    if sha is None:
        raise not_found()
    wide = "recursive" in call.query
    entries = home.git.tree(sha, recursive=wide, trees=wide)
    tree = home.git.git("rev-parse", "--verify", f"{sha}^{{tree}}").decode().strip()
    return Answer(body=_tree(call, tree, entries))


def create_tree(call: Call) -> Answer:
    """Makes a tree out of a base and changes; a null sha removes."""
    home, fields = call.repository, call.fields
    entries = []
    for item in fields["tree"]:
        if "path" not in item:
            raise refuse(422, "Must supply a valid tree.path")
        sha = home.git.write_blob(item["content"].encode()) if "content" in item else item.get("sha")
        if sha is not None and item.get("mode") != "160000" and home.git.object_type(sha) is None:
            raise refuse(422, f"tree.sha {sha} is not a valid {item.get('type', 'blob')}")
        entries.append((item["path"], item.get("mode", "100644"), sha))
    base = fields.get("base_tree")
    if base is not None and home.git.object_type(base) not in ("tree", "commit"):
        raise refuse(422, "base_tree is not a valid tree oid")
    sha = home.git.write_tree(base, entries)
    return Answer(status=201, body=_tree(call, sha, home.git.tree(sha, recursive=False)))


def _tree(call: Call, sha: str, entries: list[TreeEntry]) -> Json:
    home = call.repository
    return {
        "sha": sha,
        "url": call.urls.repository(home.full_name, f"/git/trees/{sha}"),
        "tree": [_entry(call, home, entry) for entry in entries],
        "truncated": False,
    }


def _entry(call: Call, home: RepositoryState, entry: TreeEntry) -> Json:
    shown: Json = {"path": entry.path, "mode": entry.mode, "type": entry.type, "sha": entry.sha}
    if entry.size is not None:
        shown["size"] = entry.size
    if entry.type != "commit":
        shown["url"] = call.urls.repository(home.full_name, f"/git/{entry.type}s/{entry.sha}")
    return shown


def get_commit(call: Call) -> Answer:
    """A commit as Git stores it."""
    home, sha = call.repository, call.operation.parameters["commit_sha"]
    if home.git.object_type(sha) != "commit":
        raise not_found()
    return Answer(body=form.git_commit(call.urls, home, home.git.commit(sha)))


def create_commit(call: Call) -> Answer:
    """Makes a commit; a bot that names neither author nor committer gets it signed."""
    home, actor, fields = call.repository, call.actor, call.fields
    for sha, kind in ((fields["tree"], "tree"), *((parent, "commit") for parent in fields.get("parents", []))):
        if home.git.object_type(sha) != kind:
            raise refuse(422, f"{kind} {sha} does not exist")
    host = urlsplit(call.urls.server).hostname or ""
    author = fields.get("author", {"name": actor.login, "email": actor.noreply.replace("github.com", host)})
    committer = fields.get("committer", author if "author" in fields else None)
    environment = {"GIT_AUTHOR_NAME": author["name"], "GIT_AUTHOR_EMAIL": author["email"]}
    if committer is not None:
        environment |= {"GIT_COMMITTER_NAME": committer["name"], "GIT_COMMITTER_EMAIL": committer["email"]}
    sha = home.git.write_commit(fields["tree"], fields.get("parents", []), fields["message"], environment)
    if actor.is_installation and committer is None and home.signs:
        home.verified.add(sha)
    shown = form.git_commit(call.urls, home, home.git.commit(sha))
    return Answer(status=201, body=shown, headers=(("Location", shown["url"]),))


def get_blob(call: Call) -> Answer:
    """A blob in base64."""
    home, sha = call.repository, call.operation.parameters["file_sha"]
    if home.git.object_type(sha) != "blob":
        raise not_found()
    content = home.git.blobs([sha])[0]
    body = {
        "sha": sha,
        "node_id": node_id("Blob", sha),
        "url": call.urls.repository(home.full_name, f"/git/blobs/{sha}"),
        "size": len(content),
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }
    return Answer(body=body)


def create_blob(call: Call) -> Answer:
    """Stores a blob given as text or base64."""
    home, fields = call.repository, call.fields
    try:
        base64_form = fields.get("encoding", "utf-8") == "base64"
        content = base64.b64decode(fields["content"]) if base64_form else fields["content"].encode()
    except ValueError as error:
        raise refuse(422, "content is not valid Base64") from error
    sha = home.git.write_blob(content)
    shown = {"sha": sha, "url": call.urls.repository(home.full_name, f"/git/blobs/{sha}")}
    return Answer(status=201, body=shown, headers=(("Location", shown["url"]),))


_GIT = "/repos/{owner}/{repo}/git"
HANDLERS: Mapping[str, Handler] = {
    f"GET {_GIT}/ref/{{ref}}": get_ref,
    f"GET {_GIT}/matching-refs/{{ref}}": matching_refs,
    f"POST {_GIT}/refs": create_ref,
    f"PATCH {_GIT}/refs/{{ref}}": update_ref,
    f"DELETE {_GIT}/refs/{{ref}}": delete_ref,
    f"GET {_GIT}/trees/{{tree_sha}}": get_tree,
    f"POST {_GIT}/trees": create_tree,
    f"GET {_GIT}/commits/{{commit_sha}}": get_commit,
    f"POST {_GIT}/commits": create_commit,
    f"GET {_GIT}/blobs/{{file_sha}}": get_blob,
    f"POST {_GIT}/blobs": create_blob,
}
