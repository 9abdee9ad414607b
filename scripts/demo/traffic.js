// Who drives where and when. Everything repeats after LOOP seconds, so the clip loops without a seam.
// Road axes: x to the right, D = distance ahead of the camera (D = -z). Traffic keeps right.
export const LOOP = 20;
const AWAY = 1.75, COME = -1.75, NEAR = 34.7, FAR = 38.3; // lane centres: main road (x), side street (D)

/** Straight stretches with rounded corners, sampled every 0.1 m or so. */
function path(points, radius = 5) {
  const out = [];
  const push = (x, d) => {
    const p = out[out.length - 1];
    out.push([x, d, p ? p[2] + Math.hypot(x - p[0], d - p[1]) : 0]);
  };
  push(...points[0]);
  for (let i = 1; i < points.length; i++) {
    const b = points[i], last = i === points.length - 1, a = out[out.length - 1];
    const len = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const stop = last ? len : len - radius, n = Math.max(1, Math.round(stop / 0.25));
    for (let k = 1; k <= n; k++) {
      push(a[0] + (b[0] - a[0]) * stop * k / n / len, a[1] + (b[1] - a[1]) * stop * k / n / len);
    }
    if (last) break;
    const c = points[i + 1], l2 = Math.hypot(c[0] - b[0], c[1] - b[1]);
    const s = out[out.length - 1],
      e = [b[0] + (c[0] - b[0]) * radius / l2, b[1] + (c[1] - b[1]) * radius / l2];
    for (let k = 1; k <= 30; k++) {
      const t = k / 30, u = 1 - t;
      push(
        u * u * s[0] + 2 * u * t * b[0] + t * t * e[0],
        u * u * s[1] + 2 * u * t * b[1] + t * t * e[1],
      );
    }
  }
  return out;
}

const away = (x = AWAY) => path([[x, -10], [x, 150]]);
const come = (x = COME) => path([[x, 150], [x, -12]]);

/** Key frames are [time, distance along the path]; for the straight lanes A(d) and C(d) give it from D. */
const A = (d) => d + 10, C = (d) => 150 - d;

export const CARS = [
  {
    id: "car1",
    model: "saloon",
    color: 0x24508f,
    paint: { metal: .5, rough: .36 },
    front: "eu",
    rear: "eu",
    text: "BKS 1042",
    path: come(),
    keys: [[11.4, C(140)], [20, C(60)], [23.6, C(26)], [26.2, C(5)], [27.9, C(-10)]],
  },
  {
    id: "car2",
    model: "van",
    color: 0xe8e9e7,
    paint: { metal: .0, rough: .4 },
    front: "uk-front",
    rear: "uk-rear",
    text: "BK24 SHI",
    path: come(),
    keys: [[13.6, C(140)], [22, C(68)], [26.4, C(29)], [29.6, C(5)], [31.4, C(-11)]],
  },
  {
    id: "car3",
    model: "hatch",
    color: 0xb01d22,
    paint: { metal: .2, rough: .4 },
    front: "uk-front",
    rear: "uk-rear",
    text: "DE26 MOO",
    path: away(),
    keys: [[-.3, A(-5)], [1.6, A(7)], [4.6, A(29)], [8, A(60)], [16.5, A(142)]],
  },
  {
    id: "car4",
    model: "saloon",
    color: 0xe0a70e,
    paint: { metal: 0, rough: .42 },
    front: "us",
    rear: "us",
    text: "TXI 0417",
    taxi: true,
    path: path([[AWAY, -10], [AWAY, FAR], [-45, FAR]], 6.5),
    keys: [
      [4.9, A(-6)],
      [7.2, A(8)],
      [9.2, A(19)],
      [10.8, A(24.2)],
      [12.2, A(24.2)],
      [13.4, A(27.5)],
      [15.2, A(38)],
      [17, A(53)],
      [19.6, A(80)],
    ],
  },
  {
    id: "car5",
    model: "hatch",
    color: 0xd9dcdc,
    paint: { metal: .3, rough: .35 },
    front: "jp-white",
    rear: "jp-white",
    text: "見本 530/き/10-42",
    path: away(),
    keys: [[7.4, A(-6)], [10, A(9)], [12.4, A(17.9)], [13.4, A(18.2)], [14.8, A(22)], [17, A(38)], [
      20,
      A(65),
    ], [28, A(142)]],
  },
  {
    id: "car6",
    model: "saloon",
    color: 0x1d3b30,
    paint: { metal: .45, rough: .36 },
    front: "eu",
    rear: "eu",
    text: "MO 7315",
    path: away(),
    keys: [[14.3, A(-6)], [16.6, A(9)], [20, A(34)], [23, A(60)], [31.6, A(142)]],
  },
  {
    id: "car7",
    model: "suv",
    color: 0x23262a,
    paint: { metal: .5, rough: .34 },
    front: "eu",
    rear: "eu",
    text: "SUV 2208",
    path: path([[-48, NEAR], [COME, NEAR], [COME, -12]], 5),
    keys: [[5.5, 0], [9.4, 30], [10.6, 37], [12.2, 46], [14, 58.5], [16, 75], [17.6, 90]],
  },
  {
    id: "car8",
    model: "estate",
    color: 0x8b9093,
    paint: { metal: .6, rough: .34 },
    front: "jp-green",
    rear: "jp-green",
    text: "見本 400/も/88-05",
    path: come(),
    keys: [[5.4, C(138)], [12, C(70)], [14.6, C(47)], [16.6, C(30)], [19, C(6)], [20.6, C(-9)]],
  },
  {
    id: "car9",
    model: "truck",
    color: 0x2d6a9c,
    front: "eu",
    rear: "eu",
    text: "NWF 360",
    path: path([[46, FAR], [AWAY, FAR], [AWAY, 150]], 6.5),
    keys: [[1.8, 0], [6, 34], [7.8, 43], [10, 56], [13, 80], [20.4, 146]],
  },
  {
    id: "car10",
    model: "bus",
    color: 0xb23a2e,
    front: "eu",
    rear: "eu",
    text: "VBB 0170",
    path: path([[-58, NEAR], [60, NEAR]]),
    keys: [[3.4, 0], [8.6, 46], [11.6, 75], [16, 117]],
  },
  {
    id: "car11",
    model: "hatch",
    color: 0xd8661c,
    paint: { metal: .3, rough: .38 },
    front: "us",
    rear: "us",
    text: "OFC 8816",
    path: path([[48, FAR], [-48, FAR]]),
    keys: [[13.4, 0], [18, 44], [22.2, 95]],
  },
  {
    id: "car12",
    model: "hatch",
    color: 0x3d7f86,
    paint: { metal: .4, rough: .36 },
    front: "eu",
    rear: "eu",
    text: "HOK 5519",
    path: path([[COME, 150], [COME, FAR], [-48, FAR]], 6),
    keys: [[16.2, 12], [20, 48], [25, 94], [27.4, 112], [29, 122], [33, 155]],
  },
  // parked
  {
    id: "car13",
    model: "estate",
    color: 0x6b1f26,
    paint: { metal: .5, rough: .36 },
    front: "eu",
    rear: "eu",
    text: "PKD 4471",
    park: [4.62, 16.2, 0],
  },
  {
    id: "car14",
    model: "hatch",
    color: 0x355d9e,
    paint: { metal: .3, rough: .4 },
    front: "jp-white",
    rear: "jp-white",
    text: "見本 501/す/26-71",
    park: [4.55, 22.2, 0],
  },
  {
    id: "car15",
    model: "suv",
    color: 0xb9bdbe,
    paint: { metal: .6, rough: .34 },
    front: "uk-front",
    rear: "uk-rear",
    text: "PA19 KED",
    park: [-4.6, 22.6, 180],
  },
  {
    id: "car16",
    model: "saloon",
    color: 0x17181b,
    paint: { metal: .4, rough: .34 },
    front: "eu",
    rear: "eu",
    text: "STB 0203",
    park: [-4.6, 52.5, 180],
  },
  {
    id: "car17",
    model: "van",
    color: 0xc7cbc9,
    paint: { metal: 0, rough: .42 },
    front: "eu",
    rear: "eu",
    text: "LIF 3390",
    park: [4.7, 54, 0],
  },
  {
    id: "car18",
    model: "hatch",
    color: 0xe9e9e4,
    paint: { metal: 0, rough: .4 },
    front: "us",
    rear: "us",
    text: "KTZ 2004",
    park: [-4.55, 59.2, 180],
  },
  {
    id: "car19",
    model: "saloon",
    color: 0x9b9ea0,
    paint: { metal: .6, rough: .34 },
    front: "uk-front",
    rear: "uk-rear",
    text: "FA64 RWY",
    park: [4.6, 61.5, 0],
  },
];

/** Monotone cubic through the keys: no car ever rolls backwards between two of them. */
function pchip(keys) {
  const n = keys.length, m = new Array(n).fill(0), sl = [];
  for (let i = 0; i + 1 < n; i++) {
    sl.push((keys[i + 1][1] - keys[i][1]) / (keys[i + 1][0] - keys[i][0]));
  }
  for (let i = 1; i + 1 < n; i++) {
    m[i] = sl[i - 1] * sl[i] <= 0 ? 0 : 2 / (1 / sl[i - 1] + 1 / sl[i]);
  }
  m[0] = sl[0];
  m[n - 1] = sl[n - 2];
  return (t) => {
    let i = 0;
    while (i + 2 < n && t > keys[i + 1][0]) i++;
    const h = keys[i + 1][0] - keys[i][0], u = (t - keys[i][0]) / h;
    const u2 = u * u, u3 = u2 * u;
    return (2 * u3 - 3 * u2 + 1) * keys[i][1] + (u3 - 2 * u2 + u) * h * m[i] +
      (-2 * u3 + 3 * u2) * keys[i + 1][1] + (u3 - u2) * h * m[i + 1];
  };
}

function at(p, s) {
  if (s <= 0) {
    return [
      p[0][0] + (p[1][0] - p[0][0]) / (p[1][2] || 1) * s,
      p[0][1] + (p[1][1] - p[0][1]) / (p[1][2] || 1) * s,
    ];
  }
  let lo = 0, hi = p.length - 1;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (p[mid][2] > s) hi = mid;
    else lo = mid;
  }
  const u = (s - p[lo][2]) / (p[hi][2] - p[lo][2]);
  return [p[lo][0] + (p[hi][0] - p[lo][0]) * u, p[lo][1] + (p[hi][1] - p[lo][1]) * u];
}

/** Where a car is at clip time t: null, or {x, D, yaw, rolled, steer, braking}. */
export function place(car, t, wheelbase = 2.7) {
  if (car.park) {
    return {
      x: car.park[0],
      D: car.park[1],
      yaw: car.park[2] * Math.PI / 180,
      rolled: 0,
      steer: 0,
      braking: false,
    };
  }
  car.fn ??= pchip(car.keys);
  const t0 = car.keys[0][0], t1 = car.keys[car.keys.length - 1][0];
  for (const T of [t - LOOP, t, t + LOOP]) {
    if (T < t0 || T > t1) continue;
    const s = car.fn(T), e = 0.05, v = (car.fn(T + e) - car.fn(T - e)) / (2 * e);
    const acc = (car.fn(Math.min(T + .15, t1)) - 2 * car.fn(T) + car.fn(Math.max(T - .15, t0))) /
      .0225;
    const r = at(car.path, s - wheelbase / 2),
      f = at(car.path, s + wheelbase / 2),
      ff = at(car.path, s + wheelbase / 2 + 1);
    const yaw = Math.atan2(-(f[0] - r[0]), f[1] - r[1]),
      ahead = Math.atan2(-(ff[0] - f[0]), ff[1] - f[1]);
    const steer = Math.atan2(Math.sin(ahead - yaw), Math.cos(ahead - yaw));
    return {
      x: (r[0] + f[0]) / 2,
      D: (r[1] + f[1]) / 2,
      yaw,
      rolled: s,
      steer,
      braking: v < .3 || acc < -.9,
      acc: v < .3 ? 0 : acc,
    };
  }
  return null;
}
