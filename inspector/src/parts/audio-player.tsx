import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Download } from './download.js';

/**
 * Plays audio out of its bytes. An `audio` element would have to load them from a `data:` URL, which the page's policy
 * allows for pictures only.
 */
export function AudioPlayer({ data, mimeType }: { data: string; mimeType: string }): JSX.Element {
  const status = useSignal<'stopped' | 'playing' | 'broken'>('stopped');
  const playing = useRef<AudioContext | undefined>(undefined);
  const stop = (): void => {
    void playing.current?.close();
    playing.current = undefined;
    status.value = 'stopped';
  };
  const play = async (): Promise<void> => {
    const context = (playing.current = new AudioContext());
    status.value = 'playing';
    try {
      const buffer = await context.decodeAudioData(bytesOf(data).buffer);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(context.destination);
      source.addEventListener('ended', stop);
      source.start();
    } catch {
      stop();
      status.value = 'broken';
    }
  };
  useEffect(() => stop, []);
  return (
    <div class="actions">
      <button type="button" onClick={() => (status.value === 'playing' ? stop() : void play())}>
        {status.value === 'playing' ? 'Stop' : 'Play'}
      </button>
      <Download data={data} mimeType={mimeType} />
      {status.value === 'broken' && <span role="status">This browser cannot play it.</span>}
    </div>
  );
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
