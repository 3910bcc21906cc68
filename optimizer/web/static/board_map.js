// @ts-check
/** The map: doors with their letters and numbers, routes, the station, roads; and the lasso. */

import { ask } from './board_calls.js';
import { base, choose, clicked, colour, letter, make, nameOf, piece, say, state } from './board_state.js';

const L = /** @type {any} */ (window).L;
const INKS = ['#006a55', '#1d4f91', '#8a3d00', '#6b2a82', '#7a1f3d', '#4a5a12'];
const DASHES = ['', '9 4', '3 4', '12 4 3 4', '6 3', '2 6'];
const LEAST_MOVE = 5;
/** @type {any} */
let map = null;
/** @type {any} */
let routes = null;
/** @type {any} */
let doors = null;
/** @type {Map<string, any>} */
const signs = new Map();
let fitted = false;

function begin() {
  map = L.map('map', { zoomControl: false, attributionControl: false, boxZoom: false, preferCanvas: true, zoomSnap: 0.25, fadeAnimation: false, zoomAnimation: false, markerZoomAnimation: false });
  L.control.zoom({ position: 'topright', zoomInTitle: say('zoom_in'), zoomOutTitle: say('zoom_out') }).addTo(map);
  L.control.scale({ imperial: false, position: 'topleft' }).addTo(map);
  routes = L.layerGroup().addTo(map);
  doors = L.layerGroup().addTo(map);
  map.on('click', () => choose([]));
  lasso();
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(piece('map'));
  drawRoads();
}

async function drawRoads() {
  try {
    const told = await ask(`${base}/roads.json`);
    L.polyline(told.lines, { color: '#c3cec9', weight: 1.5, interactive: false }).addTo(map).bringToBack();
  } catch {
    // doors and routes are enough to work with
  }
}

export function drawMap() {
  if (!map) begin();
  const { board } = state;
  routes.clearLayers();
  doors.clearLayers();
  signs.clear();
  const home = [board.station.lat, board.station.lon];
  if (!fitted) {
    const driven = board.crews.flatMap((crew) => crew.stops.map((stop) => stop.id));
    const places = (driven.length ? driven : Object.keys(board.visits)).map(at).filter(Boolean);
    map.fitBounds(L.latLngBounds(places.length ? places : [home]).pad(0.08), { animate: false, maxZoom: 17 });
    fitted = true;
  }
  for (const crew of board.crews) {
    const line = [home, ...crew.stops.map((stop) => at(stop.id)).filter(Boolean), home];
    const ink = INKS[Math.max(0, colour(crew.id))];
    if (crew.stops.length) L.polyline(line, { color: ink, weight: 2, opacity: 0.75, dashArray: DASHES[Math.max(0, colour(crew.id))], interactive: false }).addTo(routes);
    crew.stops.forEach((stop, row) => sign(stop.id, make('span', `c${colour(crew.id)}`, `${letter(crew.id)}${row + 1}`)));
  }
  for (const group of board.tray) for (const one of group.visits) sign(one.id, make('span', 'loose', '?'));
  const house = L.divIcon({ html: make('span', '', say('station')), className: 'home', iconSize: null });
  L.marker(home, { icon: house, interactive: false, keyboard: false }).addTo(doors);
}

/** @param {string} visit */
function at(visit) {
  const { lat, lon } = state.board.visits[visit] || { lat: null, lon: null };
  return lat === null || lon === null ? null : [lat, lon];
}

/** @param {string} visit
 * @param {HTMLElement} html */
function sign(visit, html) {
  const place = at(visit);
  if (!place) return;
  const icon = L.divIcon({ html, className: 'door', iconSize: null });
  const made = L.marker(place, { icon, keyboard: false, title: nameOf(visit), riseOnHover: true });
  made.on('click', (/** @type {any} */ event) => { L.DomEvent.stop(event.originalEvent); clicked(visit, event.originalEvent); });
  made.addTo(doors);
  made.getElement().dataset.visit = visit;
  signs.set(visit, made);
}

export function markMap() {
  for (const [visit, one] of signs) {
    const on = state.chosen.includes(visit);
    one.getElement().classList.toggle('chosen', on);
    one.setZIndexOffset(on ? 1000 : 0);
  }
  const one = state.chosen.length === 1 ? signs.get(state.chosen[0]) : null;
  if (one && !map.getBounds().contains(one.getLatLng())) map.panTo(one.getLatLng(), { animate: false });
}

// ---- lasso ------------------------------------------------------------------------------------------

/** Draw round several doors: after the button, or with shift held down. */
function lasso() {
  const area = piece('map');
  const knob = /** @type {HTMLButtonElement} */ (piece('lasso'));
  /** @type {any[] | null} */
  let line = null;
  /** @type {any} */
  let drawn = null;
  const set = (/** @type {boolean} */ on) => {
    knob.setAttribute('aria-pressed', String(on));
    area.classList.toggle('lassoing', on);
    if (on) map.dragging.disable();
    else map.dragging.enable();
  };
  knob.addEventListener('click', () => set(knob.getAttribute('aria-pressed') !== 'true'));
  area.addEventListener('pointerdown', (event) => {
    if (knob.getAttribute('aria-pressed') !== 'true' && !event.shiftKey) return;
    if (/** @type {Element} */ (event.target).closest('.leaflet-control')) return;
    map.dragging.disable();
    line = [map.mouseEventToLatLng(event)];
    drawn = L.polygon(line, { color: '#15201d', weight: 2, dashArray: '5 4', fillOpacity: 0.06, interactive: false }).addTo(map);
    event.preventDefault();
  }, { capture: true });
  window.addEventListener('pointermove', (event) => {
    if (!line) return;
    line.push(map.mouseEventToLatLng(event));
    drawn.setLatLngs(line);
  });
  window.addEventListener('pointerup', (event) => {
    if (!line) return;
    const ring = line;
    drawn.remove();
    line = null;
    set(false);
    if (ring.length < LEAST_MOVE) return;
    const found = [...signs].filter(([, one]) => inside(one.getLatLng(), ring)).map(([visit]) => visit);
    choose(event.ctrlKey ? [...state.chosen, ...found] : found);
    window.addEventListener('click', (click) => click.stopPropagation(), { capture: true, once: true });
    window.setTimeout(() => window.dispatchEvent(new Event('click')), 0);
  });
}

/** @param {{lat: number, lng: number}} point
 * @param {{lat: number, lng: number}[]} ring */
function inside(point, ring) {
  let is = false;
  for (let k = 0, j = ring.length - 1; k < ring.length; j = k, k += 1) {
    const [a, b] = [ring[k], ring[j]];
    if (a.lat > point.lat !== b.lat > point.lat && point.lng < ((b.lng - a.lng) * (point.lat - a.lat)) / (b.lat - a.lat) + a.lng) is = !is;
  }
  return is;
}
