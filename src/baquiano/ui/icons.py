"""The house's own icons, drawn on 24 × 24 with a 2 px round line. They go inline into the page: no request, no font.

Each value is the inside of an <svg>; the colour is the text's own (`currentColor`).
"""

ICONS: dict[str, str] = {
    # doing
    "send": '<path d="M4 12 20 4l-6 16-3-7z"/>',
    "exit": '<path d="M14 4h5v16h-5M4 12h10m-4-4 4 4-4 4"/>',
    "back": '<path d="M20 12H5m6-6-6 6 6 6"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "look": '<path d="M4 12a8 8 0 0 1 14-5l2 2m0-5v5h-5m5 3a8 8 0 0 1-14 5l-2-2m0 5v-5h5"/>',
    "erase": '<path d="M4 7h16M9 7V4h6v3m3 0-1 13H7L6 7m4 4v5m4-5v5"/>',
    "save": '<path d="M12 3v12m-5-5 5 5 5-5M4 17v4h16v-4"/>',
    "print": '<path d="M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z"/>',
    "search": '<circle cx="11" cy="11" r="6"/><path d="m16 16 4 4"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "check": '<path d="m5 13 5 5 9-11"/>',
    "pin": '<path d="M12 21c-5-6-7-9-7-12a7 7 0 0 1 14 0c0 3-2 6-7 12z"/><circle cx="12" cy="9" r="2.5"/>',
    "copy": '<path d="M9 9h11v11H9zM5 15H4V4h11v1"/>',
    # saying
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c0-5 4-7 8-7s8 2 8 7"/>',
    "machine": '<path d="M5 9h14v10H5zM12 9V5m-2 0h4M9 13v2m6-2v2"/>',
    "danger": '<path d="M12 3 2 20h20zM12 10v4m0 3v.1"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6m0-9v.1"/>',
    "bell": '<path d="M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4"/>',
    "mute": '<path d="M4 9v6h4l5 4V5L8 9zM17 9l5 6m0-6-5 6"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l4 2"/>',
    "phone": '<path d="M5 4h4l2 5-3 2c1 3 3 5 5 6l2-3 5 2v4c-9 2-17-7-15-16z"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c-5 6-5 12 0 18 5-6 5-12 0-18z"/>',
    "lock": '<path d="M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3"/>',
    "link": '<path d="M14 4h6v6M20 4l-9 9M10 6H4v14h14v-6"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10h16M8 3v4m8-4v4"/>',
    "offline": '<path d="M3 3l18 18M2 9a15 15 0 0 1 6-3m5-1a15 15 0 0 1 9 4M6 13a9 9 0 0 1 4-2m5 1 3 2M12 19v.1"/>',
    "thanks": '<path d="M12 20C5 15 3 11 4 8c1-4 6-4 8 0 2-4 7-4 8 0 1 3-1 7-8 12z"/>',
    "yes": '<path d="M7 11v9H3v-9zm0 1 4-8c2 0 3 1 3 3l-1 3h6c2 0 2 2 2 3l-2 6c0 1-1 1-2 1H7"/>',
    "no": '<path d="M7 13V4H3v9zm0-1 4 8c2 0 3-1 3-3l-1-3h6c2 0 2-2 2-3l-2-6c0-1-1-1-2-1H7"/>',
    "inbox": '<path d="M4 13 6 5h12l2 8v6H4zm0 0h5l1 3h4l1-3h5"/>',
    "team": '<circle cx="9" cy="9" r="3"/><path d="M3 20c0-4 3-6 6-6s6 2 6 6M15 6a3 3 0 0 1 1 6m1 2c3 1 4 3 4 6"/>',
    "settings": '<path d="M4 7h9m4 0h3M4 17h3m4 0h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>',
    # branches of what we know
    "regularizacion": '<path d="M4 5h16v14H4z"/><circle cx="9" cy="11" r="2"/><path d="M6 16c1-3 5-3 6 0m3-6h3m-3 4h3"/>',
    "salud": '<path d="M9 4h6v5h5v6h-5v5H9v-5H4V9h5z"/>',
    "ninez_educacion": '<path d="M2 9l10-5 10 5-10 5zM6 11v5c3 3 9 3 12 0v-5M22 9v6"/>',
    "registro_civil": '<path d="M6 3h9l4 4v14H6zM14 3v5h5M9 12h6m-6 4h6"/>',
    "trabajo_dinero": '<path d="M3 8h18v12H3zM9 8V4h6v4M3 13h18m-9-1v3"/>',
    "vivienda_ayuda": '<path d="M3 11 12 4l9 7M6 10v10h12V10M10 20v-6h4v6"/>',
    "proteccion": '<path d="M12 3l8 3c0 8-3 12-8 15-5-3-8-7-8-15zM8 12l3 3 5-6"/>',
    "derechos": '<path d="M12 4v16M7 20h10M5 7h14M5 7l-3 7c2 2 4 2 6 0zm14 0-3 7c2 2 4 2 6 0z"/>',
    "movilidad": '<path d="M5 20c0-6 14-5 14-10 0-4-5-4-7-2"/><circle cx="5" cy="20" r="1"/><circle cx="10" cy="9" r="2"/>',
    "other": '<circle cx="5" cy="12" r="1.5"/><circle cx="12" cy="12" r="1.5"/><circle cx="19" cy="12" r="1.5"/>',
}
