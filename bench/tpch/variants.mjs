// Other literals in the queries of TPC-H, from the ranges that its specification draws them from, so that the work stays
// about the same while no two runs have the same text.

const REGIONS = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'];
const NATIONS =
  'ALGERIA ARGENTINA BRAZIL CANADA EGYPT ETHIOPIA FRANCE GERMANY INDIA INDONESIA IRAN IRAQ JAPAN JORDAN KENYA MOROCCO MOZAMBIQUE PERU CHINA ROMANIA VIETNAM RUSSIA'.split(
    ' ',
  );
/** Nations with their region, for the query that names both. */
const NATIONS_IN = [
  ['BRAZIL', 'AMERICA'],
  ['KENYA', 'AFRICA'],
  ['JAPAN', 'ASIA'],
  ['FRANCE', 'EUROPE'],
  ['EGYPT', 'MIDDLE EAST'],
  ['PERU', 'AMERICA'],
  ['ALGERIA', 'AFRICA'],
];
const COLORS = 'green almond azure blue chocolate forest ivory lemon maroon navy olive plum salmon tan'.split(' ');
const SEGMENTS = ['BUILDING', 'AUTOMOBILE', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD'];
const TYPES = ['STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'];
const FINISHES = ['ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED'];
const METALS = ['TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'];
const CONTAINERS = ['MED BOX', 'LG CASE', 'SM PKG', 'JUMBO JAR', 'WRAP BAG', 'MED DRUM', 'LG CAN'];
const MODES = ['MAIL', 'SHIP', 'RAIL', 'TRUCK', 'AIR', 'FOB', 'REG AIR'];

const cycle = (list, k) => list[k % list.length];
const year = (k) => 1993 + (k % 5);
const brand = (k) => `Brand#${1 + (k % 5)}${1 + ((k * 3) % 5)}`;
const firstOfMonth = (k) => {
  const month = (k * 7) % 48;
  return `${1993 + Math.floor(month / 12)}-${String(1 + (month % 12)).padStart(2, '0')}-01`;
};
const upTo = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join(', ');

/** What is replaced in each query, for the run number k. */
const REPLACEMENTS = {
  1: (k) => [["'90' day", `'${60 + ((k * 13) % 61)}' day`]],
  2: (k) => [
    ['p_size = 15', `p_size = ${1 + ((k * 7) % 50)}`],
    ['%BRASS', `%${cycle(METALS, k)}`],
    ["'EUROPE'", `'${cycle(REGIONS, k)}'`],
  ],
  3: (k) => [
    ['BUILDING', cycle(SEGMENTS, k)],
    ['1995-03-15', `1995-03-${String(1 + ((k * 7) % 31)).padStart(2, '0')}`],
  ],
  4: (k) => [['1993-07-01', firstOfMonth(k)]],
  5: (k) => [
    ["'ASIA'", `'${cycle(REGIONS, k)}'`],
    ['1994-01-01', `${year(k + Math.floor(k / 5))}-01-01`],
  ],
  6: (k) => [
    ['1994-01-01', `${year(k)}-01-01`],
    ['0.06', `0.0${2 + (k % 8)}`],
    ['l_quantity < 24', `l_quantity < ${24 + (k % 2)}`],
  ],
  7: (k) => [
    ["'FRANCE'", `'${cycle(NATIONS, k)}'`],
    ["'GERMANY'", `'${cycle(NATIONS, k + 5)}'`],
  ],
  8: (k) => [
    ['BRAZIL', cycle(NATIONS_IN, k)[0]],
    ['AMERICA', cycle(NATIONS_IN, k)[1]],
    ['ECONOMY ANODIZED STEEL', `${cycle(TYPES, k)} ${cycle(FINISHES, k)} ${cycle(METALS, k + 1)}`],
  ],
  9: (k) => [['%green%', `%${cycle(COLORS, k)}%`]],
  10: (k) => [['1993-10-01', firstOfMonth(k)]],
  11: (k) => [["'GERMANY'", `'${cycle(NATIONS, k)}'`]],
  12: (k) => [
    ["('MAIL', 'SHIP')", `('${cycle(MODES, k)}', '${cycle(MODES, k + 1 + Math.floor(k / 7))}')`],
    ['1994-01-01', `${year(k)}-01-01`],
  ],
  13: (k) => [
    ['special', cycle(['special', 'pending', 'unusual', 'express'], k)],
    ['requests', cycle(['requests', 'packages', 'accounts', 'deposits'], Math.floor(k / 4))],
  ],
  14: (k) => [['1995-09-01', firstOfMonth(k)]],
  15: (k) => [['1996-01-01', firstOfMonth(k)]],
  16: (k) => [
    ['Brand#45', brand(k)],
    ['MEDIUM POLISHED', `${cycle(TYPES, k)} ${cycle(FINISHES, k)}`],
    ['(49, 14, 23, 45, 19, 3, 36, 9)', `(${upTo(8, (i) => 1 + ((k * 3 + i * 6) % 50))})`],
  ],
  17: (k) => [
    ['Brand#23', brand(k)],
    ['MED BOX', cycle(CONTAINERS, k)],
  ],
  18: (k) => [['> 300', `> ${295 + (k % 11)}`]],
  19: (k) => [
    ['Brand#12', brand(k)],
    ['Brand#23', brand(k + 1)],
    ['Brand#34', brand(k + 2)],
    [
      'l_quantity >= 1 and l_quantity <= 1 + 10',
      `l_quantity >= ${1 + (k % 10)} and l_quantity <= ${1 + (k % 10)} + 10`,
    ],
  ],
  20: (k) => [
    ["'forest%'", `'${cycle(COLORS, k)}%'`],
    ['1994-01-01', `${year(k)}-01-01`],
    ["'CANADA'", `'${cycle(NATIONS, k)}'`],
  ],
  21: (k) => [["'SAUDI ARABIA'", `'${cycle(NATIONS, k)}'`]],
  22: (k) => [["('13', '31', '23', '29', '30', '18', '17')", `(${upTo(7, (i) => `'${10 + ((k + i * 3) % 25)}'`)})`]],
};

/**
 * @param {number} number of the query
 * @param {string} text its text with the validation parameters
 * @param {number} k which variant; 0, 1, 2 … are all different for at least eleven
 */
export function variant(number, text, k) {
  let varied = text;
  for (const [from, to] of REPLACEMENTS[number](k)) {
    // All at once would replace what the replacement before put in: by a mark first, then by the text.
    if (!varied.includes(from)) throw new Error(`query ${number} has no ${from}`);
    varied = varied.replaceAll(from, `\u0000${to.split('').join('\u0000')}`);
  }
  return varied.replaceAll('\u0000', '');
}
