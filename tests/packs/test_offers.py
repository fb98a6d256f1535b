"""The services that packs bring: facts with their source, fictional ones marked so, and nothing that was done here undone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from baquiano.accounts.models import User
from baquiano.directory import editing
from baquiano.directory.models import Confirmation, Location, Reach, Service, ServiceAtLocation, Visibility
from baquiano.lib.turnstile import writing
from baquiano.packs import actions, offers, reading
from baquiano.packs.tally import LoadReport
from baquiano.territory import loading

FILES = sorted(Path(settings.PACKS).glob("*/services/*.json"))
FACTS = re.sub(r"\D", "", (Path(settings.PACKS) / "FACTS.md").read_text(encoding="utf-8"))


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def is_invented(path: Path) -> bool:
    return path.parts[-3].startswith("demo_")


@pytest.mark.parametrize("path", [path for path in FILES if not is_invented(path)], ids=lambda path: path.parts[-3])
def test_what_is_true_says_where_it_was_read_and_its_telephones_stand_in_the_facts(path: Path) -> None:
    for row in rows(path):
        assert row["source"].strip()
        assert row["caution"].strip()
        for phone in row.get("phones", ()):
            assert re.sub(r"\D", "", phone["number"]) in FACTS


@pytest.mark.parametrize("path", [path for path in FILES if is_invented(path)], ids=lambda path: path.parts[-3])
def test_what_is_invented_says_so_and_its_telephones_cannot_be_anybodys(path: Path) -> None:
    for row in rows(path):
        assert row["name"].endswith("(ficticio)")
        assert row["organization"]["name"].endswith("(ficticia)")
        assert all("555" in phone["number"] for phone in row.get("phones", ()))


@pytest.mark.django_db
class TestLoading:
    @pytest.fixture(autouse=True)
    def loaded(self) -> None:
        self.load()

    def load(self) -> LoadReport:
        """Their services alone: the rest of a pack is loaded in test_pack_loading.py."""
        report = LoadReport(("chile", "demo_centro"))
        loading.load(Path(settings.PACKS) / "comun" / "divisions.csv")
        for name in report.packs:
            pack = reading.read(Path(settings.PACKS) / name).pack
            assert pack
            with writing():
                offers.bring(pack, report)
        return report

    def test_all_of_them_are_here_and_nobody_has_confirmed_any(self) -> None:
        wanted = {row["id"] for path in FILES if path.parts[-3] in ("chile", "demo_centro") for row in rows(path)}
        assert {str(pk) for pk in Service.objects.values_list("pk", flat=True)} == wanted
        assert not Confirmation.objects.exists()
        assert Service.objects.filter(origin="pack:demo_centro", is_demo=False).count() == 0
        assert Service.objects.filter(origin="pack:chile", is_demo=True).count() == 0

    def test_each_place_that_may_be_known_is_on_the_map_and_in_its_municipality(self) -> None:
        seen = ServiceAtLocation.objects.within(Reach.TEAM).select_related("location__division")
        assert seen.count() > 20
        for at in seen:
            assert at.location.latitude is not None
            assert at.location.division is not None

    def test_a_confidential_place_is_sealed_and_nobody_is_told_of_it(self) -> None:
        hidden = Location.objects.get(visibility=Visibility.CONFIDENTIAL)
        assert hidden.name == hidden.address_1 == ""
        assert hidden.sealed["address_1"].startswith("Calle Ficticia")
        assert not Service.objects.within(Reach.TEAM).filter(visibility=Visibility.CONFIDENTIAL).exists()

    def test_a_second_time_changes_nothing(self) -> None:
        assert not self.load().is_new

    def test_what_was_edited_here_stays_as_it_is(self, django_user_model: type[User]) -> None:
        edu = django_user_model.objects.create_user("edu", None, display_name="Edu (demo)")
        service = Service.objects.filter(origin="pack:demo_centro").exclude(hours="").order_by("pk")[0]
        editing.change(service, {"description": "Nuevo texto"}, by=edu, how="edit")
        self.load()
        service.refresh_from_db()
        assert service.description == "Nuevo texto"


def a_pack(folder: Path, text: str) -> Path:
    pack = folder / "casa"
    (pack / "services").mkdir(parents=True)
    (pack / "pack.yaml").write_text(
        'name: casa\ntitle: Casa\nversion: "1"\ncountry: null\nlanguages: [es]\n', encoding="utf-8"
    )
    (pack / "services" / "s.json").write_text(text, encoding="utf-8")
    return pack


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "casa/services/s.json:1: is not JSON"),
        ("{}", "should be a list of services"),
        ("[1]", "service 1 is not a table of fields"),
        ('[{"id": "x", "name": "A"}]', "service 1: id should be a UUID"),
        ('[{"id": "x", "name": "A"}]', "service 1: does not say its source"),
        ('[{"id": "x", "name": "A"}]', "service 1: does not say its organization"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    problems = actions.check([a_pack(tmp_path, text)])
    assert any(said in str(problem) for problem in problems), problems


def test_what_the_directory_refuses_stops_the_whole_load(tmp_path: Path, db: None) -> None:
    broken = rows(next(path for path in FILES if path.parts[-3] == "demo_centro"))[:2]
    broken[1]["status"] = "cerrado"
    broken[1]["source"] = broken[0]["source"] = "nadie"
    with pytest.raises(actions.CannotLoad, match="service 2"):
        actions.load([a_pack(tmp_path, json.dumps(broken))])
    assert not Service.objects.exists()


def test_the_digest_of_a_pack_knows_its_services(tmp_path: Path) -> None:
    row = rows(FILES[0])[0]
    one = reading.read(a_pack(tmp_path / "1", json.dumps([row]))).pack
    other = reading.read(a_pack(tmp_path / "2", json.dumps([{**row, "name": "Otra"}]))).pack
    assert one
    assert other
    assert one.digest != other.digest
