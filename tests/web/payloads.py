"""Texts that try to run as script, or to make the browser fetch an address."""

_CALL = "executed.push(1)"

_TAGS = """
<script>{c}</script>
<SCRIPT SRC=data:text/javascript,{c}></SCRIPT>
<scr<script>ipt>{c}</scr</script>ipt>
<img src=x onerror={c}>
<img src=x onerror="{c}">
<img/src=x/onerror={c}>
<IMG SRC=x ONERROR={c}>
<img src="x`" onerror={c}>
<svg onload={c}>
<svg><script>{c}</script></svg>
<svg><animate onbegin={c} attributeName=x dur=1s>
<svg><a xlink:href="javascript:{c}"><text y=20>x</text></a></svg>
<math><maction actiontype="statusline" xlink:href="javascript:{c}">x</maction></math>
<body onload={c}>
<iframe src="javascript:{c}"></iframe>
<iframe srcdoc="<script>parent.{c}</script>"></iframe>
<object data="javascript:{c}"></object>
<embed src="javascript:{c}">
<a href="javascript:{c}">x</a>
<a href="java&#10;script:{c}">x</a>
<form action="javascript:{c}"><input type=submit></form>
<button formaction="javascript:{c}">x</button>
<input autofocus onfocus={c}>
<select autofocus onfocus={c}></select>
<textarea autofocus onfocus={c}></textarea>
<details open ontoggle={c}>x</details>
<video src=x onerror={c}></video>
<video><source onerror={c}></video>
<audio src=x onerror={c}></audio>
<marquee onstart={c}>x</marquee>
<div onmouseover={c} style="position:fixed;inset:0">x</div>
<div style="animation-name:x" onanimationstart={c}>x</div>
<style>@keyframes x{{}}</style><p style="animation:x 1s" onanimationend={c}>
<link rel=stylesheet href=x onerror={c}>
<meta http-equiv=refresh content="0;url=javascript:{c}">
<base href="javascript:{c}//">
<template><img src=x onerror={c}></template>
<noscript><p title="</noscript><img src=x onerror={c}>">
<title><img src=x onerror={c}></title>
</title><script>{c}</script>
</textarea><script>{c}</script>
</style><script>{c}</script>
</script><script>{c}</script>
--><script>{c}</script>
<!--><img src=x onerror={c}>
<![CDATA[<img src=x onerror={c}>]]>
<?xml version="1.0"?><x onload={c}/>
<x contenteditable onblur={c} tabindex=1 autofocus>x
<keygen autofocus onfocus={c}>
<isindex type=image src=x onerror={c}>
<mark onclick={c}>x</mark>
<a class=n data-turn=0 data-n=1 onclick={c}>1</a>
<button data-act=retry onclick={c}>x</button>
"""

_ATTRIBUTES = """
" onmouseover="{c}
' onmouseover='{c}
" autofocus onfocus="{c}" x="
' autofocus onfocus='{c}' x='
"><img src=x onerror={c}>
'><img src=x onerror={c}>
"/><svg onload={c}>
` onerror={c} `
" style="x:expression({c})
javascript:{c}
JaVaScRiPt:{c}
java\tscript:{c}
&#106;avascript:{c}
javascript&colon;{c}
data:text/html,<script>{c}</script>
data:text/html;base64,PHNjcmlwdD5leGVjdXRlZC5wdXNoKDEpPC9zY3JpcHQ+
vbscript:{c}
http://x.invalid/"onmouseover="{c}
http://x.invalid/'><script>{c}</script>
//x.invalid/{c}
"""

_TEMPLATES = """
${{{c}}}
{{{{{c}}}}}
{{{{constructor.constructor('{c}')()}}}}
`${{{c}}}`
\\`;{c};//
{{{{{{{c}}}}}}}
{{{{#with "s" as |x|}}}}{c}{{{{/with}}}}
#{{{c}}}
<%= {c} %>
[[{c}]]
\\u003cimg src=x onerror={c}\\u003e
\\x3cscript\\x3e{c}\\x3c/script\\x3e
%3Cscript%3E{c}%3C/script%3E
&lt;script&gt;{c}&lt;/script&gt;
&amp;lt;img src=x onerror={c}&amp;gt;
＜script＞{c}＜/script＞
[x](javascript:{c})
![x](javascript:{c})
[x]: javascript:{c}
<javascript:{c}>
**<img src=x onerror={c}>**
> <img src=x onerror={c}>
- <img src=x onerror={c}>
`<img src=x onerror={c}>`
$$\\href{{javascript:{c}}}{{x}}$$
\\(\\href{{javascript:{c}}}{{x}}\\)
[1](javascript:{c})
[1]<img src=x onerror={c}>
\ue000<img src=x onerror={c}>\ue001
<img\x0csrc=x\x0conerror={c}>
<img\u2028src=x onerror={c}>
"""

_LEAKS = """
![x]({a})
![x](<{a}>)
![x]({a} "t")
![]({a})
[![x]({a})]({a})
![x][r]
[r]: {a}
[x]({a})
[x](<{a}>)
[x]({a} "t")
<{a}>
{a}
<img src={a}>
<img src="{a}">
<img src='{a}'/>
<IMG SRC={a}>
<img srcset="{a} 1x">
<img src=x onerror="fetch('{a}')">
<picture><source srcset="{a}"><img></picture>
<image href="{a}">
<svg><image href="{a}"/></svg>
<svg><image xlink:href="{a}"/></svg>
<svg><use href="{a}#x"/></svg>
<svg><feImage href="{a}"/></svg>
<video src="{a}" autoplay></video>
<video poster="{a}"></video>
<audio src="{a}" autoplay></audio>
<track src="{a}">
<source src="{a}">
<iframe src="{a}"></iframe>
<frame src="{a}">
<embed src="{a}">
<object data="{a}"></object>
<applet code="{a}"></applet>
<script src="{a}"></script>
<script>fetch("{a}")</script>
<script>new Image().src="{a}"</script>
<script>navigator.sendBeacon("{a}")</script>
<link rel=stylesheet href="{a}">
<link rel=prefetch href="{a}">
<link rel=preload as=image href="{a}">
<link rel=dns-prefetch href="{a}">
<link rel=icon href="{a}">
<link rel=manifest href="{a}">
<style>@import "{a}";</style>
<style>*{{background:url({a})}}</style>
<style>@font-face{{font-family:x;src:url({a})}}*{{font-family:x}}</style>
<div style="background:url({a})">x</div>
<div style="background-image:url('{a}')">x</div>
<div style="list-style-image:url({a})">x</div>
<div style="border-image:url({a})">x</div>
<div style="cursor:url({a}),auto">x</div>
<p style="content:url({a})">x</p>
<table background="{a}"><td>x</table>
<body background="{a}">
<input type=image src="{a}">
<form action="{a}"><input name=q value=secret></form>
<a ping="{a}" href="#">x</a>
<meta http-equiv=refresh content="0;url={a}">
<base href="{a}">
<portal src="{a}"></portal>
<bgsound src="{a}">
<math href="{a}">x</math>
$$\\includegraphics{{{a}}}$$
{{{{<img src={a}>}}}}
${{fetch("{a}")}}
"""


def _lines(*blocks: str) -> list[str]:
    # Split at line feeds only: some payloads hold other characters that end a line.
    return [line for block in blocks for line in block.split("\n") if line]


def scripts() -> list[str]:
    """Return texts that append to `window.executed` if they run."""
    return [line.format(c=_CALL) for line in _lines(_TAGS, _ATTRIBUTES, _TEMPLATES)]


def leaking(address: str) -> list[str]:
    """Return texts that make the browser ask `address` if they are taken as markup."""
    return [line.format(a=f"{address}/leak-{i}") for i, line in enumerate(_lines(_LEAKS))]
