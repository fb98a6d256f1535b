"""What a server says of itself in its OpenAPI document: which lists it has, what each takes, and the schema of what each answers.

Nothing of it is believed: it may have any shape. Its patterns are not tried: one of them can keep a machine busy for ever.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from baquiano.directory import shapes
from baquiano.lib.text import clip

OBJECTS: Mapping[str, str] = {
    "services": "Service",
    "organizations": "Organization",
    "service_at_locations": "ServiceAtLocation",
    "taxonomies": "Taxonomy",
    "taxonomy_terms": "TaxonomyTerm",
}
"""The lists of the standard, by the last word of their path."""
REQUIRED = "services"
DOCUMENTS = 60  # that one description may refer to
_DETAIL = re.compile(r"(.*)/\{[^{}/]+\}")

Load = Callable[[str], Any]


class CannotResolve(Exception):
    """A reference of the description leads nowhere: its text is that reference."""


@dataclass(frozen=True)
class Endpoint:
    """One GET. `path` as described ("/services"); `schema`: a reference to that of its 200 answer, "" when none is described."""

    path: str
    parameters: frozenset[str]
    needs: frozenset[str]  # parameters without which it cannot be asked
    is_optional: bool
    schema: str = ""

    @property
    def name(self) -> str:
        """The last word of its path without an id: "services" of "/services/{id}"."""
        return (self.listed or self.path).rstrip("/").rpartition("/")[2]

    @property
    def listed(self) -> str:
        """The path of the list whose rows it shows one by one; "" for any other."""
        found = _DETAIL.fullmatch(self.path)
        return found[1] if found else ""

    @property
    def object(self) -> str:
        return OBJECTS.get(self.name, "")


@dataclass
class Description:
    """An OpenAPI document at `url`, and the others it refers to (`load` raises LookupError for one that cannot be read)."""

    url: str
    document: Any
    load: Load
    missing: list[str] = field(default_factory=list)  # references that lead nowhere
    _loaded: dict[str, Any] = field(default_factory=dict)
    _registry: Registry[Any] = field(default_factory=Registry)

    def __post_init__(self) -> None:
        self.document = _without_patterns(self.document)
        self._loaded[self.url] = self.document
        self._read(self.url, self.document)
        resources = [(url, DRAFT202012.create_resource(contents)) for url, contents in self._loaded.items()]
        self._registry = Registry().with_resources(resources)

    def endpoints(self) -> list[Endpoint]:
        found = []
        for path, item in _object(_object(self.document).get("paths")).items():
            item, at = self._followed(item, f"{self.url}#/paths/{_escaped(path)}")
            if isinstance(item, dict) and isinstance(item.get("get"), dict):
                found.append(self._endpoint(path, item, at))
        return found

    def server(self) -> str:
        """The first address it gives for itself; "" when it gives none."""
        first = next(iter(_list(_object(self.document).get("servers"))), None)
        address = _object(first).get("url")
        return _joined(self.url, address) if isinstance(address, str) and address and "{" not in address else ""

    def faults(self, schema: str, instance: Any) -> list[str]:
        """Raises CannotResolve when the schema itself cannot be read to its end."""
        try:
            return _faults(_validator({"$ref": schema}, self._registry), instance)
        except Unresolvable as fault:
            raise CannotResolve(str(fault.ref)) from fault
        except Exception as fault:  # a schema of somebody else may break the library anywhere
            raise CannotResolve(schema) from fault

    def _endpoint(self, path: str, item: dict[str, Any], at: str) -> Endpoint:
        get = item["get"]
        parameters = [
            self._followed(one, self.url)[0] for one in [*_list(item.get("parameters")), *_list(get.get("parameters"))]
        ]
        asked = [one for one in parameters if isinstance(one, dict) and one.get("in") == "query"]
        tags = [str(tag).lower() for tag in _list(get.get("tags"))]
        name = _DETAIL.sub(r"\1", path).rstrip("/").rpartition("/")[2]
        return Endpoint(
            path=path,
            parameters=frozenset(str(one.get("name")) for one in asked),
            needs=frozenset(str(one.get("name")) for one in asked if one.get("required") is True),
            is_optional=name != REQUIRED or any("optional" in tag for tag in tags),
            schema=self._schema(get.get("responses"), f"{at}/get/responses"),
        )

    def _schema(self, responses: Any, at: str) -> str:
        if not isinstance(responses, dict):
            return ""
        status = next((one for one in ("200", "2XX", "default") if one in responses), "")
        response, at = self._followed(responses.get(status), f"{at}/{status}")
        for kind, media in _object(_object(response).get("content")).items():
            if kind.partition(";")[0].endswith("json") and isinstance(media, dict) and "schema" in media:
                return f"{at}/content/{_escaped(kind)}/schema"
        return ""

    def _followed(self, node: Any, at: str) -> tuple[Any, str]:
        """What a reference leads to, and where that is."""
        for _step in range(10):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                break
            at = _joined(at, node["$ref"])
            url, pointer = urldefrag(at)
            node = _at(self._loaded.get(url), pointer)
        return node, at

    def _read(self, url: str, document: Any) -> None:
        """Loads what it refers to, and what that refers to."""
        for reference in sorted(set(_references(document))):
            target, pointer = urldefrag(_joined(url, reference))
            if target not in self._loaded and target not in self.missing and len(self._loaded) < DOCUMENTS:
                try:
                    loaded = _without_patterns(self.load(target))
                except LookupError:
                    loaded = None
                if not isinstance(loaded, dict):
                    self.missing.append(target)
                    continue
                self._loaded[target] = loaded
                self._read(target, loaded)
            if target == self.url and pointer and _at(document, pointer) is None:
                self.missing.append(f"#{pointer}")


def standard() -> list[Endpoint]:
    """What HSDS says every server may have, for one that does not describe itself."""
    paging = frozenset({"page", "per_page"})
    lists = [Endpoint(f"/{name}", paging, frozenset(), name != REQUIRED) for name in OBJECTS]
    return [*lists, *(Endpoint(f"/{name}/{{id}}", frozenset(), frozenset(), name != REQUIRED) for name in OBJECTS)]


def _validator(schema: Any, registry: Registry[Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)


_ALONE = {name: _validator(shapes.alone(name), Registry()) for name in shapes.OBJECTS}
_IN_WORDS = {name: _validator(shapes.alone(name, also_in_words=True), Registry()) for name in shapes.OBJECTS}


def standard_faults(name: str, instance: Any) -> list[str]:
    """Of one object ("Service") against HSDS itself: where and what, each once. Formats are checked too."""
    return _faults(_ALONE[name], instance)


def faults_in_words(name: str, instance: Any) -> list[str]:
    """Also against what the standard says in words only: dates, hours."""
    return _faults(_IN_WORDS[name], instance)


def _faults(validator: Draft202012Validator, instance: Any) -> list[str]:
    return list(dict.fromkeys(_in_words(error) for error in validator.iter_errors(instance)))


def _in_words(error: ValidationError) -> str:
    deepest = best_match([error]) or error
    where = deepest.json_path.removeprefix("$").removeprefix(".")
    what = _told(deepest)
    return f"{where}: {what}" if where else what


def _told(error: ValidationError) -> str:
    """The faults that servers have, in our words; any other as the library says it."""
    value, wanted = clip(repr(error.instance), 60), _named(error.validator_value)
    match error.validator:
        case "required":
            return _("'%(name)s' is missing") % {"name": _missing(error)}
        case "type":
            return _("%(value)s is not of type '%(wanted)s'") % {"value": value, "wanted": wanted}
        case "format":
            return _("%(value)s is not a '%(wanted)s'") % {"value": value, "wanted": wanted}
        case "enum":
            return _("%(value)s is not one of %(wanted)s") % {"value": value, "wanted": clip(wanted, 100)}
    return error.message if len(error.message) <= 160 else f"{error.message[:70]} … {error.message[-80:]}"


def _named(wanted: Any) -> str:
    return ", ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)


def _missing(error: ValidationError) -> str:
    """Each name that is missing is an error of its own, which says it in quotes at its beginning."""
    names = [str(name) for name in _list(error.validator_value)]
    return next((name for name in names if error.message.startswith(repr(name))), ", ".join(names))


def _joined(url: str, further: str) -> str:
    """What is no address stays as it was said: it leads nowhere."""
    try:
        return urljoin(url, further)
    except ValueError:
        return further.replace("[", "%5B").replace("]", "%5D")


def _object(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _without_patterns(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_patterns(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_patterns(value)
        for key, value in node.items()
        if key != "patternProperties" and not (key == "pattern" and isinstance(value, str))
    }


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference
        for value in node.values():
            yield from _references(value)
    if isinstance(node, list):
        for value in node:
            yield from _references(value)


def _at(document: Any, pointer: str) -> Any:
    for part in pointer.lstrip("/").split("/") if pointer else ():
        key = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
        if isinstance(document, dict):
            document = document.get(key)
        elif isinstance(document, list) and key.isdigit() and int(key) < len(document):
            document = document[int(key)]
        else:
            return None
    return document


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
