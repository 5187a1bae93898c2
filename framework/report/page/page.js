'use strict';
// What the page holds is in RUN; rows are made when they come into sight, ladders when asked for.
const RUN = JSON.parse(document.getElementById('run').textContent);
const OUTCOMES = ['passed', 'failed', 'diverged', 'error', 'skipped', 'unknown'];
const BADNESS = ['passed', 'skipped', 'unknown', 'diverged', 'failed', 'error'];
const ROWS_AT_ONCE = 200;
const color = outcome => getComputedStyle(document.documentElement).getPropertyValue('--' + outcome);

function make(tag, className, text, parent) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}
const tone = (element, outcome) => element.style.setProperty('--tone', `var(--${outcome})`);
const worst = checks => checks.reduce(
    (bad, check) => BADNESS.indexOf(check.o) > BADNESS.indexOf(bad) ? check.o : bad, 'passed');
const time = ns => ns < 1e6 ? `${Math.round(ns / 1e3)} µs` : ns < 1e9 ? `${(ns / 1e6).toFixed(1)} ms` : `${(ns / 1e9).toFixed(2)} s`;

// The filter, and who is to be told when it changes.
const filter = {outcomes: new Set(), text: '', pair: null, listeners: []};
const accepts = (scenario, check) =>
    (!filter.outcomes.size || filter.outcomes.has(check.o)) &&
    (!filter.text || (scenario.name + ' ' + check.n + ' ' + check.b).toLowerCase().includes(filter.text)) &&
    (!filter.pair || filter.pair.scenario !== scenario || isOfPair(check, filter.pair));
const refilter = () => filter.listeners.forEach(tell => tell());

const isOfPair = (check, pair) => check.f > 1 ? false : check.d[0] === pair.from && check.d[1] === pair.to;

function drawHeader() {
  const checks = RUN.scenarios.flatMap(scenario => scenario.checks);
  const counts = OUTCOMES.map(outcome => checks.filter(check => check.o === outcome).length);
  const unrun = RUN.scenarios.filter(scenario => scenario.unrun).length;
  document.getElementById('verdict').textContent =
      `${RUN.scenarios.length} scenario${RUN.scenarios.length === 1 ? '' : 's'}, ` +
      OUTCOMES.map((outcome, i) => counts[i] ? `${counts[i]} ${outcome}` : '').filter(Boolean).join(', ') +
      (unrun ? `, ${unrun} could not be run` : '') + (RUN.interrupted ? ', interrupted' : '');
  const bar = document.getElementById('bar'), chips = document.getElementById('chips');
  OUTCOMES.forEach((outcome, i) => {
    if (!counts[i]) return;
    const part = make('span', '', undefined, bar);
    part.style.cssText = `flex: ${counts[i]}; background: var(--${outcome})`;
    const chip = make('button', 'chip', undefined, chips);
    make('span', 'dot', undefined, chip).style.background = `var(--${outcome})`;
    chip.append(`${counts[i]} ${outcome}`);
    chip.dataset.outcome = outcome;
    chip.setAttribute('aria-pressed', 'false');
    chip.onclick = () => {
      const on = chip.getAttribute('aria-pressed') !== 'true';
      chip.setAttribute('aria-pressed', String(on));
      on ? filter.outcomes.add(outcome) : filter.outcomes.delete(outcome);
      refilter();
    };
  });
  document.getElementById('search').oninput = event => {
    filter.text = event.target.value.toLowerCase();
    refilter();
  };
}

// A hop of the table, with this check's own port in it: [event, place, from, to, rest], or
// [event, place, detail].
const hopOf = (index, check) => RUN.hops[index].map(part => RUN.texts[part].replaceAll('{port}', check.p));
const isPacket = hop => hop.length > 3;

// What changed against the packet before is marked, with what it was.
function drawAddress(parent, now, was, arrow) {
  if (arrow) parent.append(' → ');
  if (was && was !== now) {
    make('span', 'was', was, parent);
    make('span', 'now', now, parent);
  } else {
    parent.append(now);
  }
}

function drawLadder(parent, indexes, check, differs) {
  const list = make('ol', 'ladder', undefined, parent);
  let before = null;
  indexes.forEach(index => {
    const hop = hopOf(index, check);
    const row = make('li', 'hop ' + hop[0] + (isPacket(hop) ? ' packet' : ''), undefined, list);
    if (differs && isPacket(hop) && differs(index)) row.classList.add('differs');
    make('span', 'place', hop[1], row);
    make('span', 'event', hop[0], row);
    const what = make('span', 'what mono', undefined, row);
    if (!isPacket(hop)) return what.append(hop[2]);
    drawAddress(what, hop[2], before && before[2]);
    drawAddress(what, hop[3], before && before[3], true);
    what.append(' ' + hop[4]);
    before = hop;
  });
}

function drawWay(parent, title, way, check, other) {
  const box = make('div', 'way', undefined, parent);
  make('h4', '', title, box);
  way.forEach((indexes, direction) => {
    if (!indexes.length) return;
    if (direction) make('div', 'back', 'and back', box);
    const known = other && new Set(other[direction]);
    drawLadder(box, indexes, check, known && (index => !known.has(index)));
  });
}

function drawWays(parent, check) {
  if (!check.k && !check.s) return;
  const both = check.k && check.s && !check.same;
  const ways = make('div', 'ways' + (both ? ' both' : ''), undefined, parent);
  if (both) {
    drawWay(ways, 'In the kernel', check.k, check, check.s);
    drawWay(ways, 'In the simulator', check.s, check, check.k);
  } else if (check.same) {
    drawWay(ways, 'In the kernel, hop by hop as the simulator says', check.s, check);
  } else {
    drawWay(ways, check.k ? 'In the kernel' : 'In the simulator', check.k || check.s, check);
  }
}

function addFact(list, label, text, className) {
  if (!text) return null;
  make('dt', '', label, list);
  return make('dd', className || '', text, list);
}

// Each part of the path on its own: a '#' or '?' in a name is no mark.
const linkTo = path => path.split('/').map(encodeURIComponent).join('/');

function drawBody(row, scenario, check) {
  const body = make('div', 'body', undefined, row);
  const facts = make('dl', 'facts', undefined, body);
  addFact(facts, 'expected', check.e);
  addFact(facts, 'observed', check.b, check.o === 'passed' ? '' : 'wrong');
  addFact(facts, 'unknown', check.u);
  const label = (text, i) => i ? '' : text;
  check.y.forEach((reason, i) => addFact(facts, label('why', i), reason));
  check.g.forEach((advice, i) => addFact(facts, label('change', i), advice, 'advice'));
  check.m.forEach((note, i) => addFact(facts, label('note', i), note));
  if (check.c) {
    const link = make('a', 'mono', check.c, addFact(facts, 'capture', ' '));
    link.href = linkTo(check.c);
  }
  addFact(facts, 'repeat', check.r, 'mono');
  if (check.t) addFact(facts, 'took', time(check.t));
  drawWays(body, check);
}

// Marks the boxes that the way of a check passes, and where it ended.
function markPicture(section, scenario, check) {
  const picture = section.querySelector('svg.topology');
  if (!picture) return;
  const vertices = new Map([...picture.querySelectorAll('[data-vertex]')].map(v => [v.dataset.vertex, v]));
  vertices.forEach(v => v.classList.remove('on-way', 'end-of-way'));
  const way = check && (check.k || check.s);
  if (!way) return;
  way[0].concat(way[1]).forEach(index => {
    const [event, name] = hopOf(index, check).map(part => part.split(':')[0]);
    const vertex = vertices.get(String(scenario.nodes.indexOf(name)));
    if (vertex) vertex.classList.add(event === 'died' ? 'end-of-way' : 'on-way');
  });
}

function toggle(row, section, scenario, check) {
  const open = row.querySelector('.body');
  row.firstChild.setAttribute('aria-expanded', String(!open));
  markPicture(section, scenario, open ? null : check);
  open ? open.remove() : drawBody(row, scenario, check);
}

function drawRow(list, section, scenario, check) {
  const row = make('div', 'check', undefined, list);
  const button = make('button', '', undefined, row);
  button.setAttribute('aria-expanded', 'false');
  tone(button, check.o);
  make('span', 'badge', check.o, button);
  make('span', '', check.f > 1 ? `${check.n} (${check.f} flows)` : check.n, button);
  make('span', 'where mono', check.w, button);
  button.onclick = () => toggle(row, section, scenario, check);
}

// As many rows as are in sight, and some.
function drawList(section, scenario) {
  const list = make('div', 'checks', undefined, section);
  let wanted = [], drawn = 0, more = null;
  const watcher = new IntersectionObserver(seen => seen.some(s => s.isIntersecting) && draw());
  function draw() {
    if (more) watcher.unobserve(more), more.remove(), more = null;
    wanted.slice(drawn, drawn + ROWS_AT_ONCE).forEach(check => drawRow(list, section, scenario, check));
    drawn = Math.min(drawn + ROWS_AT_ONCE, wanted.length);
    if (drawn === wanted.length) return;
    more = make('div', 'more', `${wanted.length - drawn} more`, list);
    watcher.observe(more);
  }
  function restart() {
    wanted = scenario.checks.filter(check => accepts(scenario, check));
    drawn = 0;
    if (more) watcher.unobserve(more), more = null;
    list.replaceChildren();
    section.hidden = !wanted.length && !!(filter.outcomes.size || filter.text);
    draw();
  }
  filter.listeners.push(restart);
  restart();
}

// The worst outcome of each pair of nodes.
function pairsOf(scenario) {
  const cells = new Map();
  const add = (from, to, outcome) => {
    const old = cells.get(from * 100000 + to);
    if (!old || BADNESS.indexOf(outcome) > BADNESS.indexOf(old)) cells.set(from * 100000 + to, outcome);
  };
  scenario.checks.forEach(check => {
    if (check.f > 1 && check.o === 'passed') {
      check.d.forEach(from => check.d.forEach(to => from !== to && add(from, to, 'passed')));
    } else if (check.d.length === 2) {
      add(check.d[0], check.d[1], check.o);
    }
  });
  return cells;
}

function drawHeat(views, scenario) {
  const cells = pairsOf(scenario);
  if (!cells.size) return;
  const used = new Set();
  cells.forEach((_, key) => used.add(Math.floor(key / 100000)).add(key % 100000));
  const nodes = [...used].sort((a, b) => a - b);
  const place = new Map(nodes.map((node, i) => [node, i]));
  const named = nodes.length <= 60;
  const side = Math.max(1, Math.min(28, Math.floor(360 / nodes.length)));
  const letters = Math.max(...nodes.map(node => scenario.nodes[node].length));
  const room = named ? Math.min(120, 12 + letters * 7) : 0;
  const view = make('div', 'view heat', undefined, views);
  make('h3', '', 'From row to column', view);
  const canvas = make('canvas', '', undefined, view), scale = window.devicePixelRatio || 1;
  const size = room + side * nodes.length + 2;
  canvas.width = canvas.height = size * scale;
  canvas.style.width = size + 'px';
  canvas.setAttribute('aria-label', 'who reaches whom');
  const pen = canvas.getContext('2d');
  pen.scale(scale, scale);
  const gap = side > 4 ? 1 : 0;
  pen.fillStyle = '#eef1f5';
  nodes.forEach((_, row) => nodes.forEach((_, column) =>
      pen.fillRect(room + column * side, room + row * side, side - gap, side - gap)));
  const colors = Object.fromEntries(OUTCOMES.map(outcome => [outcome, color(outcome)]));
  cells.forEach((outcome, key) => {
    pen.fillStyle = colors[outcome];
    pen.fillRect(room + place.get(key % 100000) * side, room + place.get(Math.floor(key / 100000)) * side,
                 side - gap, side - gap);
  });
  if (named) drawNames(pen, scenario, nodes, room, side);
  const said = make('p', '', '', view);
  const pairAt = event => {
    const box = canvas.getBoundingClientRect(), shrunk = size / box.width;
    const at = offset => nodes[Math.floor((offset * shrunk - room) / side)];
    return {scenario, from: at(event.clientY - box.top), to: at(event.clientX - box.left)};
  };
  const outcomeOf = pair => cells.get(pair.from * 100000 + pair.to);
  canvas.onmousemove = event => {
    const pair = pairAt(event), outcome = outcomeOf(pair);
    said.textContent = outcome ? `${scenario.nodes[pair.from]} → ${scenario.nodes[pair.to]}: ${outcome}` : '';
  };
  canvas.onclick = event => {
    const pair = pairAt(event), same = filter.pair && filter.pair.from === pair.from && filter.pair.to === pair.to;
    filter.pair = same || !outcomeOf(pair) ? null : pair;
    refilter();
  };
}

function drawNames(pen, scenario, nodes, room, side) {
  pen.fillStyle = '#1d2733';
  pen.font = `${Math.min(12, side)}px sans-serif`;
  pen.textBaseline = 'middle';
  nodes.forEach((node, i) => {
    const name = scenario.nodes[node], middle = room + i * side + side / 2;
    pen.textAlign = 'right';
    pen.fillText(name, room - 6, middle, room - 8);
    pen.save();
    pen.translate(middle, room - 6);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = 'left';
    pen.fillText(name, 0, 0, room - 8);
    pen.restore();
  });
}

function drawPicture(views, scenario) {
  const template = document.getElementById('picture-' + scenario.picture);
  if (!template) return;
  const view = make('div', 'view picture', undefined, views);
  make('h3', '', `${scenario.nodes.length} nodes, ${scenario.links} links`, view);
  view.append(template.content.cloneNode(true));
}

function drawScenario(scenario) {
  const section = make('section', 'scenario', undefined, document.getElementById('scenarios'));
  tone(section, scenario.unrun ? 'error' : worst(scenario.checks));
  const heading = make('h2', '', scenario.name, section);
  const flows = scenario.checks.reduce((sum, check) => sum + check.f, 0);
  make('small', 'mono', scenario.file, heading);
  make('small', '', `${flows} flow${flows === 1 ? '' : 's'}, built in ${time(scenario.build)}, checked in ${time(scenario.took)}`, heading);
  if (scenario.trouble) make('pre', `issues mono ${scenario.unrun ? 'error' : 'warning'}`, scenario.trouble, section);
  const views = make('div', 'views', undefined, section);
  drawPicture(views, scenario);
  drawHeat(views, scenario);
  if (views.children.length < 2) views.classList.add('alone');
  drawList(section, scenario);
}

drawHeader();
RUN.scenarios.forEach(drawScenario);
