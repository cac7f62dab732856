"""The page of `save_topic_map`: markup, style and script, with the numbers as JSON inside."""

from __future__ import annotations

from typing import Any

from textkit.markup import esc, json_script

_TEXTS = {
    "zh": {
        "title": "主题地图",
        "topic": "主题",
        "hint": "点选圆圈或用方向键换主题；指着词，看它分布在哪些主题里。",
        "relevance": "相关度 λ",
        "rare": "独有",
        "frequent": "常见",
        "corpus": "全部文本中的词频",
        "within": "该主题中的词频（估计）",
        "share": "占全部词次 {}",
        "share_of": "“{}”的词次在各主题中的分布",
        "kept": "平面保留了主题间距离平方的 {}；坐标轴本身没有含义。",
        "noscript": "这个页面要用脚本画图，请在浏览器中允许脚本。",
        "previous": "上一个主题",
        "next": "下一个主题",
        "terms": "最相关的词",
    },
    "en": {
        "title": "Map of the topics",
        "topic": "Topic",
        "hint": "Click a circle or use the arrow keys to change the topic; point at a term to see where it stands.",
        "relevance": "Relevance λ",
        "rare": "exclusive",
        "frequent": "frequent",
        "corpus": "count in all texts",
        "within": "count in this topic (estimated)",
        "share": "{} of all tokens",
        "share_of": "Where the tokens of “{}” stand",
        "kept": "The plane keeps {} of the squared distances between topics; its axes have no meaning.",
        "noscript": "This page is drawn by a script; please allow scripts in your browser.",
        "previous": "Previous topic",
        "next": "Next topic",
        "terms": "Most relevant terms",
    },
}

_STYLE = """
:root { color-scheme: light; --ink: #222; --grey: #666; --pale: #e9e9e9; --blue: #0072B2; --red: #D55E00; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 16px 20px; max-width: 1240px; color: var(--ink); background: #fff;
  font: 15px/1.5 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Heiti SC", sans-serif; }
h1 { font-size: 20px; margin: 0 0 2px; font-weight: 600; }
p { margin: 2px 0 10px; color: var(--grey); font-size: 13px; }
main { display: flex; flex-wrap: wrap; gap: 16px 28px; }
section { flex: 1 1 430px; min-width: 320px; }
svg { display: block; width: 100%; height: auto; }
svg text { font-family: inherit; fill: var(--ink); }
h2 { font-size: 16px; margin: 0 0 4px; font-weight: 600; min-height: 1.5em; }
.bar { display: flex; align-items: center; gap: 8px; font-size: 13px; margin: 0 0 8px; flex-wrap: wrap; }
.bar input { flex: 1 1 120px; accent-color: var(--blue); }
.bar output { min-width: 2.6em; font-variant-numeric: tabular-nums; }
button { font: inherit; padding: 1px 10px; border: 1px solid #bbb; border-radius: 4px; background: #fff;
  cursor: pointer; }
.key span { display: inline-block; width: 12px; height: 12px; margin: 0 4px 0 10px; vertical-align: -1px; }
.circle { cursor: pointer; }
.circle circle { fill: var(--blue); fill-opacity: .28; stroke: var(--blue); stroke-width: 1.2; }
.circle text { text-anchor: middle; font-size: 14px; pointer-events: none; paint-order: stroke; stroke: #fff;
  stroke-width: 3px; stroke-linejoin: round; }
.circle.chosen circle { fill: var(--red); fill-opacity: .55; stroke: var(--red); }
.circle:focus { outline: none; }
.circle:focus-visible circle { stroke-width: 4; }
.term { cursor: default; }
.term:hover text, .term:focus text { font-weight: 600; }
.term:focus { outline: none; }
"""

_SCRIPT = """
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const words = JSON.parse(document.getElementById("words").textContent);
const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);
const make = (name, attributes, parent, text) => {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
};
const percent = (x) => (100 * x).toFixed(x < 0.0995 ? 1 : 0) + "%";
const number = (x) => Math.round(x).toLocaleString("en");
const fill = (text, value) => text.replace("{}", () => value);
const topics = data.topics, SIZE = 560, EDGE = 34;
let chosen = 0, lambda = 0.6;

function radius(share) { return Math.sqrt(Math.max(share, 0)) * SIZE * 0.2; }

const circles = [];
let caption;
function drawMap() {
  const map = byId("map");
  const big = Math.max(...topics.map((t) => radius(t.share || 0)), 8);
  const xs = topics.map((t) => t.x), ys = topics.map((t) => t.y);
  const middle = (v) => (Math.min(...v) + Math.max(...v)) / 2;
  const half = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 1e-9) / 2;
  const scale = (SIZE / 2 - EDGE - big) / half;
  const cx = middle(xs), cy = middle(ys);
  for (const k of [0, 1]) make("line", k ? { x1: SIZE / 2, y1: 8, x2: SIZE / 2, y2: SIZE - 8, stroke: "#e9e9e9" }
    : { x1: 8, y1: SIZE / 2, x2: SIZE - 8, y2: SIZE / 2, stroke: "#e9e9e9" }, map);
  const order = topics.map((_, k) => k).sort((a, b) => topics[b].share - topics[a].share || a - b);
  for (const k of order) {
    const t = topics[k];
    const x = SIZE / 2 + (t.x - cx) * scale, y = SIZE / 2 - (t.y - cy) * scale;
    const name = words.topic + " " + t.number + (t.name ? " " + t.name : "");
    const group = make("g", { class: "circle", tabindex: 0, role: "button",
      "aria-label": name + ", " + fill(words.share, percent(t.share)) }, map);
    make("title", {}, group, name + " · " + fill(words.share, percent(t.share)));
    const circle = make("circle", { cx: x, cy: y, r: Math.max(radius(t.share), 3) }, group);
    group.addEventListener("click", () => choose(k));
    group.addEventListener("keydown", (e) => {
      if (e.key === "Enter" || e.key === " ") { e.preventDefault(); choose(k); }
    });
    circles[k] = { group, circle, x, y };
  }
  const texts = topics.map((t) => t.name ? t.number + " " + t.name : String(t.number));
  const wide = texts.map((text) => Array.from(text).reduce((sum, c) => sum + (c < "\u2e80" ? 8 : 15), 4));
  const at = circles.map((c) => ({ x: c.x, y: c.y + 5 }));
  for (let step = 0; step < 80; step++) {  // labels that cover each other move apart, up and down
    let moved = false;
    for (let a = 0; a < at.length; a++) for (let b = a + 1; b < at.length; b++) {
      const over = 15 - Math.abs(at[a].y - at[b].y);
      if (over <= 0 || Math.abs(at[a].x - at[b].x) >= (wide[a] + wide[b]) / 2) continue;
      const way = at[a].y <= at[b].y ? 1 : -1;
      at[a].y -= way * (over / 2 + 0.1); at[b].y += way * (over / 2 + 0.1);
      moved = true;
    }
    if (!moved) break;
  }
  at.forEach((place, k) => {
    const x = Math.min(Math.max(place.x, wide[k] / 2), SIZE - wide[k] / 2);
    make("text", { x, y: place.y }, make("g", { class: "circle", "pointer-events": "none" }, map), texts[k]);
  });
  caption = make("text", { x: SIZE / 2, y: SIZE - 6, "text-anchor": "middle", "font-size": 13 }, map, "");
}

function ranked(k) {
  const phi = data.phi[k];
  const scored = [];
  for (let i = 0; i < phi.length; i++) {
    if (!(phi[i] > 0) || !(data.counts[i] > 0)) continue;
    const log = Math.log(phi[i]);
    scored.push([lambda * log + (1 - lambda) * (log - Math.log(data.counts[i] / data.total)), i]);
  }
  const key = (v) => Number(v.toPrecision(9));
  scored.sort((a, b) => key(b[0]) - key(a[0]) || data.counts[b[1]] - data.counts[a[1]] || a[1] - b[1]);
  return scored.slice(0, data.n).map((pair) => pair[1]);
}

function drawTerms() {
  const chart = byId("terms");
  chart.replaceChildren();
  const list = ranked(chosen), row = 19, left = 128, right = 60, width = 560;
  chart.setAttribute("viewBox", "0 0 " + width + " " + (list.length * row + 8));
  const tokens = topics[chosen].share * data.tokens;
  const most = Math.max(...list.map((i) => Math.max(data.counts[i], data.phi[chosen][i] * tokens)), 1e-9);
  const long = (v) => (width - left - right) * v / most;
  list.forEach((i, place) => {
    const y = place * row + 4, inside = data.phi[chosen][i] * tokens;
    const group = make("g", { class: "term", tabindex: 0 }, chart);
    make("rect", { x: 0, y: y - 1, width: width, height: row, fill: "transparent" }, group);
    const name = data.terms[i], shown = Array.from(name).length > 9 && /[^\\x00-\\x7f]/.test(name)
      ? Array.from(name).slice(0, 8).join("") + "…" : name.length > 17 ? name.slice(0, 16) + "…" : name;
    make("text", { x: left - 8, y: y + 13, "text-anchor": "end", "font-size": 14 }, group, shown);
    make("rect", { x: left, y: y + 2, width: long(data.counts[i]), height: row - 5, fill: "#9ec9e2" }, group);
    make("rect", { x: left, y: y + 4.5, width: long(inside), height: row - 10, fill: "#D55E00" }, group);
    make("text", { x: left + 6 + long(Math.max(data.counts[i], inside)), y: y + 13, "font-size": 11.5, fill: "#666" },
      group, number(inside) + " / " + number(data.counts[i]));
    make("title", {}, group, name);
    for (const event of ["mouseenter", "focus"]) group.addEventListener(event, () => spread(i));
    for (const event of ["mouseleave", "blur"]) group.addEventListener(event, () => spread(null));
  });
}

function spread(term) {
  let shares = topics.map((t) => t.share);
  if (term !== null) {
    const parts = topics.map((t, k) => t.share * data.phi[k][term]);
    const sum = parts.reduce((a, b) => a + b, 0) || 1;
    shares = parts.map((v) => v / sum);
  }
  circles.forEach((c, k) => c.circle.setAttribute("r", Math.max(term === null ? radius(shares[k]) :
    Math.min(radius(shares[k]), SIZE * 0.13), 3)));
  caption.textContent = term === null ? "" : fill(words.share_of, data.terms[term]);
}

function choose(k) {
  chosen = (k + topics.length) % topics.length;
  circles.forEach((c, i) => {
    c.group.classList.toggle("chosen", i === chosen);
    c.group.setAttribute("aria-pressed", String(i === chosen));
  });
  const t = topics[chosen];
  byId("name").textContent = words.topic + " " + t.number + (t.name ? " " + t.name : "") + "　"
    + fill(words.share, percent(t.share));
  drawTerms();
  spread(null);
}

drawMap();
choose(0);
byId("kept").textContent = fill(words.kept, Number.isFinite(data.kept) ? percent(data.kept) : "–");
byId("lambda").addEventListener("input", (e) => {
  lambda = Number(e.target.value);
  byId("value").textContent = lambda.toFixed(2);
  drawTerms();
});
byId("previous").addEventListener("click", () => choose(chosen - 1));
byId("next").addEventListener("click", () => choose(chosen + 1));
document.addEventListener("keydown", (e) => {
  if (e.target.tagName === "INPUT") return;
  if (e.key === "ArrowRight" || e.key === "ArrowDown") { e.preventDefault(); choose(chosen + 1); }
  if (e.key === "ArrowLeft" || e.key === "ArrowUp") { e.preventDefault(); choose(chosen - 1); }
});
"""

_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<p>{hint}</p>
<noscript><p><strong>{noscript}</strong></p></noscript>
<main>
<section>
<svg id="map" viewBox="0 0 560 560" role="group" aria-label="{title}"></svg>
<p id="kept"></p>
</section>
<section>
<h2 id="name" aria-live="polite"></h2>
<div class="bar"><button id="previous" aria-label="{previous}">◀</button>
<button id="next" aria-label="{next}">▶</button>
<label for="lambda">{relevance}</label><span>{rare}</span>
<input id="lambda" type="range" min="0" max="1" step="0.05" value="0.6"><span>{frequent}</span>
<output id="value" for="lambda">0.60</output></div>
<p class="key"><span style="background:#9ec9e2;margin-left:0"></span>{corpus}<span style="background:#D55E00"></span>\
{within}</p>
<svg id="terms" viewBox="0 0 560 590" role="group" aria-label="{terms}"></svg>
</section>
</main>
<script type="application/json" id="data">{data}</script>
<script type="application/json" id="words">{words}</script>
<script type="application/json" id="provenance">{about}</script>
<script>{script}</script>
</body>
</html>
"""


def page(data: dict[str, Any], about: dict[str, Any], *, lang: str, title: str | None) -> str:
    """Return the whole page; what comes from outside is escaped, or stands in JSON that no markup can leave.

    >>> "<b>" in page({"topics": []}, {}, lang="zh", title="<b>")
    False
    """
    texts = _TEXTS[lang]
    shown = {name: esc(text) for name, text in texts.items()} | {
        "title": esc(texts["title"] if title is None else title)
    }
    return _PAGE.format(
        **shown,
        lang="zh-CN" if lang == "zh" else "en",
        style=_STYLE,
        script=_SCRIPT,
        data=json_script(data),
        words=json_script(texts),
        about=json_script(about),
    )
