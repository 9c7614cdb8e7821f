#!/usr/bin/env python3
"""Prepares the sources of the site, and checks what its generator has made of them:

    site.py stage FOLDER   copies README.md, docs and the other pages, with their links as the site needs them
    site.py check FOLDER   checks the links, anchors and loaded files of the generated HTML

Both print each problem, and fail if there is one.
"""
import ast
import html.parser
import pathlib
import posixpath
import re
import shutil
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
POM = {"m": "http://maven.apache.org/POM/4.0.0"}
FORGE = ElementTree.parse(ROOT / "pom.xml").getroot().findtext("m:scm/m:url", namespaces=POM)
# By their paths in the repository; all others in docs have their own names.
NAMES = {"README.md": "index.md", "docs/README.md": "pages.md", "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md", "SECURITY.md": "reporting.md"}
FENCE = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\((?![a-z]+:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
UNCHECKED = re.compile(r"<(?:a|img)\b[^>]*>|^\[[^]]+\]: .*", re.MULTILINE)
SOURCE = re.compile(r"(?:\.ci|\.github|docs|benchmarks|kotlin-tests|sample-app|state-signals-[a-z-]+)/[\w./-]+")
problems = []


def staged():
    """Maps the path of each page and picture in the repository to its path in the site."""
    paths = {name: name for name in NAMES}
    for path in sorted((ROOT / "docs").rglob("*")):
        if path.is_file():
            paths[path.relative_to(ROOT).as_posix()] = path.relative_to(ROOT / "docs").as_posix()
    return paths | NAMES


def stage(folder):
    paths = staged()
    targets = {}
    for source, target in paths.items():
        if target in targets:
            problems.append(f"{source} and {targets[target]} have the same address")
        targets[target] = source
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        if source.endswith(".md"):
            (folder / target).write_text(page(source, paths))
        else:
            shutil.copy(ROOT / source, folder / target)
    shutil.copy(pathlib.Path(__file__).with_name("site.css"), folder)
    named = re.findall(r": ([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    pages = [target for target in targets if target.endswith(".md")]
    problems.extend(f"{targets[name]} is not in the navigation of mkdocs.yml" for name in pages if name not in named)
    problems.extend(f"mkdocs.yml has {name}, which does not exist" for name in named if name not in pages)


def page(source, paths):
    text = (ROOT / source).read_text()
    prose = FENCE.sub("", text)
    if "```" in prose:
        problems.append(f"{source} has a block of code that does not begin or end at the margin")
    for unchecked in UNCHECKED.findall(CODE.sub("", prose)):
        problems.append(f"{source} has {unchecked}, which nothing checks: write it as [text](address)")
    for span in CODE.finditer(prose):
        path = span.group().strip("`")
        if SOURCE.fullmatch(path) and "/target" not in path and not (ROOT / path).exists():
            problems.append(f"{source} names {path}, which does not exist")
    for language, code in FENCE.findall(text):
        check_code(source, language, code)

    def link(found):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), found["path"]))
        anchor = found["anchor"] or ""
        if path in paths:
            return f"]({posixpath.relpath(paths[path], posixpath.dirname(paths[source]) or '.')}{anchor})"
        if not (ROOT / path).exists():
            problems.append(f"{source} links to {found['path']}, which does not exist")
        return f"]({FORGE}/{'tree' if (ROOT / path).is_dir() else 'blob'}/main/{path}{anchor})"

    parts = []
    end = 0
    for block in FENCE.finditer(text):
        parts += [LINK.sub(link, text[end:block.start()]), block.group()]
        end = block.end()
    return "".join(parts) + LINK.sub(link, text[end:])


def check_code(source, language, code):
    error = ""
    if language == "python":
        try:
            ast.parse(code)
        except SyntaxError as failure:
            error = str(failure)
    elif language == "bash":
        error = subprocess.run(["bash", "-n"], input=code, text=True, stderr=subprocess.PIPE).stderr
    elif language == "mermaid":
        error = "the site does not draw it without a script from elsewhere"
    if error:
        problems.append(f"{source}: {error.strip()}:\n{code}")


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        address = attributes.get("href") or attributes.get("src") or ""
        if tag == "a":
            self.links.append(address)
        elif attributes.get("rel") not in ("canonical", "alternate"):
            self.loaded.append(address)


def check(folder):
    pages = {path: Page(path.read_text()) for path in folder.rglob("*.html")}
    if len(pages) < 15:
        problems.append(f"there are only {len(pages)} pages")
    for path, content in pages.items():
        name = path.relative_to(folder)
        for address in content.links + content.loaded:
            url = urllib.parse.urlsplit(address)
            if url.scheme or url.netloc:
                if address in content.loaded and url.scheme != "data":
                    problems.append(f"{name} loads {address}")
                continue
            target = (path.parent / urllib.parse.unquote(url.path)).resolve() if url.path else path
            if name.name == "404.html" and url.path.startswith("/"):
                target = folder / url.path.lstrip("/")
            if target.is_dir():
                target = target / "index.html"
            anchor = urllib.parse.unquote(url.fragment)
            if not target.is_file():
                problems.append(f"{name} links to {address}, which does not exist")
            elif anchor and target in pages and anchor not in pages[target].ids:
                problems.append(f"{name} links to {address}, where that anchor does not exist")
    for path in folder.rglob("*.css"):
        problems.extend(f"{path.name} loads {url}" for url in re.findall(r"(?:url\(|@import )[\"']?(https?:[^\"')]*)",
            path.read_text()))


{"stage": stage, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]).resolve())
for problem in dict.fromkeys(problems):
    print(f"site: {problem}", file=sys.stderr)
sys.exit(bool(problems))
