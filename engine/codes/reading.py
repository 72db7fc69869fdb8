"""What can be wrong with a file as YAML, before anything in it is looked at."""

from __future__ import annotations

from engine.codes.code import Code

RING = "lifecycle: ring\nversion: 1\nstart: a\nstates:\n  a: {after: {1d: b}}\n  b: {final: true}\n"

CODES = (
    Code(
        code="yaml-syntax",
        severity="error",
        title="The file is not valid YAML",
        why="A bracket or quote that is not closed, or a line that is not indented like its neighbours. "
        "Nothing after that place can be read.",
        wrong=RING.replace("{final: true}", "{final: true"),
        right=RING,
    ),
    Code(
        code="duplicate-key",
        severity="error",
        title="A key stands twice",
        why="Only one of the two could count, and a reader cannot know which.",
        wrong=RING.replace("start: a\n", "start: a\n«start»: b\n"),
        right=RING,
    ),
    Code(
        code="tag",
        severity="error",
        title="A YAML tag",
        why="Tags such as `!!int` or `!!python/name` change how a value is read, and some can run code. None is "
        "needed.",
        wrong=RING.replace("version: 1", 'version: «!!int "1"»'),
        right=RING,
    ),
    Code(
        code="bad-alias",
        severity="error",
        title="An alias to nothing",
        why="`*name` repeats what `&name` has marked further up. Nothing is marked so.",
        wrong=RING.replace("a: {after: {1d: b}}", "a: {after: «*nowhere»}"),
        right=RING,
    ),
    Code(
        code="bad-character",
        severity="error",
        title="Half of a character",
        why="`\\ud83d` is the first half of an emoji as JSON writes it. YAML has the character itself, or "
        "`\\U0001f600`.",
        wrong=RING.replace("version: 1\n", 'version: 1\ntitle: «"\\ud83d\\ude00"»\n'),
        mend=(("\\ud83d\\ude00", "\\U0001f600"),),
    ),
    Code(
        code="bad-key",
        severity="error",
        title="A key that is not text",
        why="Keys are names. A list or mapping cannot be one.",
        wrong=RING + "? «[a, b]»\n: c\n",
        right=RING,
    ),
    Code(
        code="many-documents",
        severity="error",
        title="Two documents in one file",
        why="A file holds one definition, so that a name leads to a file. `---` begins a second one.",
        wrong=RING + "«---»\n" + RING.replace("ring", "other"),
        right=RING,
    ),
    Code(
        code="too-deep",
        severity="error",
        title="Nested too deep",
        why="No definition needs more than 24 levels; a file that has them is broken or hostile.",
        wrong=RING + "promises: " + "[" * 24 + "]" * 24 + "\n",
        right=RING,
    ),
    Code(
        code="too-large",
        severity="error",
        title="Too many values, aliases expanded",
        why="Ten aliases of ten aliases are a hundred values, and so on: a small file can ask for endless memory.",
        untold="It takes more than 100,000 values.",
    ),
    Code(
        code="file-too-long",
        severity="error",
        title="A file of more than a million characters",
        why="Nobody writes such a flow by hand, and nobody could review it.",
        untold="It takes more than a million characters.",
    ),
    Code(
        code="empty-file",
        severity="error",
        title="The file is empty",
        why="There is nothing in it to compile; most likely it was saved too early.",
        wrong="# nothing yet\n",
        right=RING,
    ),
    Code(
        code="unreadable",
        severity="error",
        title="The file cannot be read",
        why="It is missing, is a folder, or the permission to read it is.",
        untold="It is about the disk, not about what is written.",
    ),
    Code(
        code="not-utf8",
        severity="error",
        title="The file is not UTF-8",
        why="It was saved in another encoding: choose UTF-8 in the editor and save it again.",
        untold="It is about bytes, not about what is written.",
    ),
)
