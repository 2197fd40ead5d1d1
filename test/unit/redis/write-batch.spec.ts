import { Writable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { WriteBatch } from '../../../lib/redis/connection/write-batch.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Stands for a socket: it notes what is written together. */
class Wire extends Writable {
  readonly writes: string[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writes.push(chunk.toString());
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.writes.push(chunks.map(({ chunk }) => chunk.toString()).join(''));
    done();
  }
}

describe('WriteBatch', () => {
  let client: { stream?: Wire };
  let batch: WriteBatch;
  beforeEach(() => {
    client = { stream: new Wire() };
    batch = new WriteBatch(client as object);
  });

  const write = (text: string): void => {
    batch.add();
    client.stream!.write(text);
  };

  it('writes the commands of one turn together, and those of the next turn after them', async () => {
    for (const text of 'abc') write(text);
    expect(client.stream!.writes).toEqual([]);
    await turn();
    expect(client.stream!.writes).toEqual(['abc']);
    write('d');
    await turn();
    expect(client.stream!.writes).toEqual(['abc', 'd']);
  });

  it('writes sixteen of them without waiting for the end of the turn', async () => {
    for (const text of 'abcdefghijklmnopqrstuvwxyzABCDEFG') write(text);
    expect(client.stream!.writes).toEqual(['abcdefghijklmnop', 'qrstuvwxyzABCDEF']);
    await turn();
    expect(client.stream!.writes.slice(2)).toEqual(['G']);
    expect(client.stream!.writableCorked).toBe(0);
  });

  it('holds no large commands back for others', async () => {
    for (const text of ['a'.repeat(70_000), 'b', 'c']) write(text);
    expect(client.stream!.writes.map(({ length }) => length)).toEqual([70_000]);
    await turn();
    expect(client.stream!.writes.slice(1)).toEqual(['bc']);
  });

  it('holds nothing back on a connection that has replaced another one', async () => {
    const first = client.stream!;
    write('a');
    client.stream = new Wire();
    write('b');
    expect(first.writes).toEqual(['a']);
    await turn();
    expect(client.stream.writes).toEqual(['b']);
    expect([first.writableCorked, client.stream.writableCorked]).toEqual([0, 0]);
  });

  it('does nothing on a cluster, which has a connection for each node', async () => {
    delete client.stream;
    for (let i = 0; i < 40; i++) batch.add();
    await turn();
    client.stream = new Wire();
    write('a');
    await turn();
    expect(client.stream.writes).toEqual(['a']);
  });
});
