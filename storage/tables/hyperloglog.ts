import { hashWords } from './hash.ts';

/** 2^12 registers: a standard error of 1.6 %. */
const BITS = 12;
const REGISTERS = 1 << BITS;

/**
 * Counts distinct values from their 32-bit hashes (Flajolet et al., HyperLogLog, 2007, with linear counting for small
 * counts and the correction for large ones).
 */
export class HyperLogLog {
  private readonly registers = new Uint8Array(REGISTERS);

  add(hash: number): void {
    const register = hash >>> (32 - BITS);
    const rank = Math.clz32((hash << BITS) | (1 << (BITS - 1))) + 1;
    if (rank > this.registers[register]!) this.registers[register] = rank;
  }

  addWords(low: number, high: number): void {
    this.add(hashWords(low, high));
  }

  merge(other: HyperLogLog): void {
    const { registers } = this;
    for (let i = 0; i < REGISTERS; i++) {
      const rank = other.registers[i]!;
      if (rank > registers[i]!) registers[i] = rank;
    }
  }

  estimate(): number {
    let sum = 0;
    let zeros = 0;
    for (const rank of this.registers) {
      sum += 2 ** -rank;
      if (rank === 0) zeros++;
    }
    const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
    if (raw <= 2.5 * REGISTERS && zeros > 0) return Math.round(REGISTERS * Math.log(REGISTERS / zeros));
    const hashes = 2 ** 32;
    if (raw > hashes / 30) return Math.round(-hashes * Math.log(1 - Math.min(raw / hashes, 0.999)));
    return Math.round(raw);
  }
}
