import json
from datetime import timedelta
from pathlib import Path
import pytest, yaml
from django.utils import timezone
from baquiano.accounts.models import *
from baquiano.conversations.actions import answer, take_over
from baquiano.conversations.models import *
from baquiano.engine.danger import *
from baquiano.safety.actions import raise_alert
from baquiano.conversations import handoffs
from tests.workspace.visitors import *

OUT = Path("/tmp/u2/shots"); OUT.mkdir(exist_ok=True)

def hand(conv, reason, level, ago, due):
    h = Handoff.objects.get(conversation=conv); n = timezone.now()
    h.reason, h.level = reason, level; h.priority = int(level[1]) if level else 3
    h.opened_at = n - timedelta(minutes=ago); h.due_at = n + timedelta(minutes=due); h.save()
    Message.objects.filter(conversation=conv).update(sent_at=n - timedelta(minutes=ago))

@pytest.fixture
def scene(webchat, organisation, joins):
    learn_to_speak()
    rosa = joins("rosa", "Rosa Quintero", Role.OPERATOR); joins("marta","Marta",Role.OPERATOR); carla = joins("carla","Carla Fuentes",Role.COORDINATOR)
    def c(t, text, reason, level, ago, due, **k):
        v = comes_in(webchat, t, **k); v.says(text) ; conv = v.says("persona"); hand(conv, reason, level, ago, due); return v, conv
    v0, c0 = c("t0", "mi esposo me está pegando ahora mismo y no puedo salir de la casa", "danger", "P0", 1, 1)
    v1, c1 = c("t1", "Me notificaron una expulsión para hoy en la tarde, ¿qué hago? Tengo dos hijos pequeños aquí", "danger", "P2", 12, 200, country="CL")
    v2, c2 = c("t2", "Mwen bezwen yon moun ede m ak papye mwen", "lost", "", 95, -35, language="ht", country="CL")
    v3, c3 = c("t3", "¿Cómo corrijo mi nombre en el PPT?", "asked", "", 20, 40)
    v4, c4 = c("t4", "Un funcionario me pidió dinero por un turno que es gratis", "complaint", "P4", 300, 3000)
    raise_alert(Finding(Level.P0, Danger.VIOLENCE, "x"), about=f"conversation:{c0.pk}")
    take_over(c3, by=rosa); v3.says("Dice Yuleisi y es Yuleisy, con i griega al final"); answer(c3, "Hola. Sí se puede corregir. ¿El error está en el documento que te entregaron, o también en tu registro de la página?", client_id="a", by=rosa)
    v3.says("En los dos\ncreo"); Message.objects.filter(conversation=c3, author="machine").update(is_automatic=False)
    v3.says("ok")
    m = Message.objects.filter(conversation=c3, author="staff").first(); m.letter.state="delivered"; m.letter.save()
    return rosa, carla, c3, c0, c2

@pytest.mark.parametrize("scheme", ["light","dark"])
def test_shots(scene, opens, scheme):
    rosa, carla, mine, p0, late = scene
    for w,name in (({"width":1280,"height":800},"desk"),({"width":360,"height":740},"phone")):
        page = opens(w, signed_in=carla, color_scheme=scheme)
        for path, n in (("inbox/","inbox"),(f"inbox/{p0.pk}/","p0"),(f"inbox/{late.pk}/","late"),("team/","team"),("hours/","hours"),("security/","security"),("security/on/","totp"),("may/","may"),("team/invite/","invite")):
            if scheme=="dark" and n not in ("inbox","p0"): continue
            page.goto(f"/workspace/{path}"); page.screenshot(path=OUT/f"{scheme}-{name}-{n}.png", full_page=n not in ("inbox","p0","late"))
        page = opens(w, signed_in=rosa, color_scheme=scheme)
        page.goto(f"/workspace/inbox/{mine.pk}/"); page.fill("#reply","Hola. Te escribo"); page.screenshot(path=OUT/f"{scheme}-{name}-mine.png")
        page = opens(w, color_scheme=scheme); page.goto("/workspace/login/"); page.screenshot(path=OUT/f"{scheme}-{name}-login.png")
