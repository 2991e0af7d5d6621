// A made-up shop as four CSV files: customers, products, orders and order_items. The same numbers on every machine.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CITIES = ['Oslo', 'Malmö', 'Kraków', 'Porto', 'Lyon', 'Ghent'];
const FIRST = ['Ada', 'Björn', 'Chloé', 'Dmitri', 'Edith', 'Farah', 'Grace', 'Hugo', 'Inès', 'Jürgen', 'Kei', 'Linus'];
const LAST = ['Berg', 'Costa', 'Dubois', 'Eriksen', 'Ferreira', 'Hansen', 'Kowalski', 'Lindqvist', 'Moreau', 'Novak'];
const CATEGORIES = {
  tea: ['Assam', 'Darjeeling', 'Earl Grey', 'Lapsang', 'Oolong', 'Sencha', 'White Peony'],
  coffee: ['Arabica', 'Espresso', 'Filter', 'Mocha', 'Robusta'],
  kitchen: ['Grinder', 'Kettle', 'Moka pot', 'Mug', 'Strainer', 'Teapot', 'Thermometer'],
};
const STATUSES = ['delivered', 'delivered', 'delivered', 'delivered', 'shipped', 'returned'];

const CUSTOMERS = 800;
const ORDERS = 8000;
const DAYS = 730;

/** Numbers that look random and are the same each time: a multiplicative generator of Park and Miller. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

function writeCsv(path, header, rows) {
  const field = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value);
  const lines = [header, ...rows].map((row) => row.map(field).join(','));
  writeFileSync(path, `${lines.join('\n')}\n`);
  return rows.length;
}

/** Writes the files into the folder; returns how many rows each has. */
export function writeShop(folder) {
  const random = generator(20240229);
  const pick = (list) => list[random(list.length)];
  const day = (offset) => new Date(Date.UTC(2023, 0, 1 + offset)).toISOString().slice(0, 10);

  const customers = Array.from({ length: CUSTOMERS }, (_, i) => [
    i + 1,
    `${pick(FIRST)} ${pick(LAST)}`,
    // Not everybody says where they live.
    random(20) === 0 ? '' : pick(CITIES),
    day(random(DAYS / 2)),
  ]);
  const products = Object.entries(CATEGORIES)
    .flatMap(([category, names]) => names.map((name) => [name, category]))
    .map(([name, category], i) => [
      i + 1,
      name,
      category,
      (3 + random(category === 'kitchen' ? 6000 : 1500) / 100).toFixed(2),
    ]);
  const orders = [];
  const items = [];
  for (let id = 1; id <= ORDERS; id++) {
    // The square makes few customers order much, and the last tenth order nothing.
    const customer = 1 + Math.floor(((random(1000) * random(1000)) / 1e6) * CUSTOMERS * 0.9);
    orders.push([id, customer, day(random(DAYS)), pick(STATUSES)]);
    for (let line = random(4); line >= 0; line--) items.push([id, 1 + random(products.length), 1 + random(6)]);
  }
  return {
    customers: writeCsv(join(folder, 'customers.csv'), ['id', 'name', 'city', 'since'], customers),
    products: writeCsv(join(folder, 'products.csv'), ['id', 'name', 'category', 'price'], products),
    orders: writeCsv(join(folder, 'orders.csv'), ['id', 'customer_id', 'ordered_on', 'status'], orders),
    order_items: writeCsv(join(folder, 'order_items.csv'), ['order_id', 'product_id', 'quantity'], items),
  };
}
