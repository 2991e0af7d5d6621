import { CONTROL_PAGES, EXTENT_BYTES } from './layout.ts';

/**
 * Views of a whole memory. They end where the memory ended when they were made, and one of unshared memory becomes empty
 * as the memory grows: take them anew after whatever may allocate. Taking one is cheap; it is made once per growth.
 */
export interface MemoryViews {
  readonly u8: () => Uint8Array;
  readonly u16: () => Uint16Array;
  readonly u32: () => Uint32Array;
  readonly i32: () => Int32Array;
  readonly i64: () => BigInt64Array;
  readonly f32: () => Float32Array;
  readonly f64: () => Float64Array;
  readonly view: () => DataView;
}

/** Views of an engine's memory, whose tables are initialised. */
export function memoryViews(memory: WebAssembly.Memory): MemoryViews {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  // Only shared memory may be viewed through a buffer that is out of date: an old unshared one is empty.
  const control = new Int32Array(memory.buffer, 0, (CONTROL_PAGES >> 2) + 1);

  const latest = <View extends { readonly byteLength: number }>(
    make: (buffer: ArrayBufferLike) => View,
  ): (() => View) => {
    let buffer = memory.buffer;
    let view = make(buffer);
    if (!shared) {
      return () => {
        if (memory.buffer !== buffer) {
          buffer = memory.buffer;
          view = make(buffer);
        }
        return view;
      };
    }
    let pages = view.byteLength / EXTENT_BYTES;
    return () => {
      const present = Atomics.load(control, CONTROL_PAGES >> 2);
      if (present > pages) {
        // Growing by nothing makes the host look, if it has not noticed yet that another thread made the memory grow.
        if (memory.buffer.byteLength < present * EXTENT_BYTES) memory.grow(0);
        view = make(memory.buffer);
        pages = view.byteLength / EXTENT_BYTES;
      }
      return view;
    };
  };

  return {
    u8: latest((buffer) => new Uint8Array(buffer)),
    u16: latest((buffer) => new Uint16Array(buffer)),
    u32: latest((buffer) => new Uint32Array(buffer)),
    i32: latest((buffer) => new Int32Array(buffer)),
    i64: latest((buffer) => new BigInt64Array(buffer)),
    f32: latest((buffer) => new Float32Array(buffer)),
    f64: latest((buffer) => new Float64Array(buffer)),
    view: latest((buffer) => new DataView(buffer)),
  };
}
