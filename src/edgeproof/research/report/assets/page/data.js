// The packed run: base64 of gzip, undone by the browser itself.
async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function unpackDocument(text) {
  return JSON.parse(new TextDecoder().decode(await inflate(text)));
}

// Integers come as four planes of bytes: all first bytes, all second bytes, and so on.
async function unpackIntegers(text) {
  const planes = await inflate(text);
  const n = planes.length / 4;
  const values = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    values[i] = planes[i] | (planes[n + i] << 8) | (planes[2 * n + i] << 16) | (planes[3 * n + i] << 24);
  }
  return values;
}

// Candles by grid number (timeframes since the epoch), unpacked once.
async function unpackCandles(packed) {
  const values = await unpackIntegers(packed.values);
  const n = values.length / 4;
  const unit = 10 ** -packed.decimals;
  const price = (whole) => +(whole * unit).toFixed(packed.decimals);
  const byNumber = new Map();
  let close = 0, i = 0;
  for (const [first, count] of packed.runs) {
    for (let k = 0; k < count; k++, i++) {
      const before = close;
      close += values[i];
      const open = before + values[n + i];
      const high = Math.max(open, close) + values[2 * n + i];
      const low = Math.min(open, close) - values[3 * n + i];
      byNumber.set(first + k, {
        time: (first + k) * packed.step, open: price(open), high: price(high), low: price(low), close: price(close),
      });
    }
  }
  return byNumber;
}

const unpacked = new Map();
function candlesOf(name) {
  if (!(name in RUN.candles)) return Promise.resolve(null);
  if (!unpacked.has(name)) unpacked.set(name, unpackCandles(RUN.candles[name]));
  return unpacked.get(name);
}

const sums = (steps) => { let total = 0; return steps.map((step) => (total += step)); };
const tradeOf = (fields) => Object.fromEntries(RUN.trade_fields.map((name, i) => [name, fields[i]]));
let RUN = null;
