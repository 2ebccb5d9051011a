// Codes that a camera sees, where the browser can read them.

import {pause} from '../core/api';
import {notice} from '../core/parts';
import {h, signal, type Child} from '../core/reactive';
import {t} from './texts';

type Detector = {
  detect(from: HTMLVideoElement): Promise<{rawValue: string}[]>
};
const detectorOf = (): (new (how: {formats: string[]}) => Detector)|undefined =>
  (globalThis as {BarcodeDetector?: new (how: {formats: string[]}) => Detector}).BarcodeDetector;

const lookEveryMs = 150;
/** A code that was out of sight for so long is shown anew. */
const forgetAfterMs = 1500;

/** `found` is called once for each code that comes into sight. */
export function cameraPart(found: (text: string) => void, ending: AbortSignal): Child {
  const kind = detectorOf();
  if (!kind || !navigator.mediaDevices) return h('p', {class: 'hint'}, t('noCamera'));
  const problem = signal<Child>(null);
  const on = signal(false);
  const video = h('video', {playsinline: true, muted: true, 'aria-label': t('cameraPicture')});
  let stop = new AbortController();
  ending.addEventListener('abort', () => stop.abort());

  const start = async(): Promise<void> => {
    problem.set(null);
    stop = new AbortController();
    const {signal: stopped} = stop;
    try {
      const stream =
        await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
      const end = (): void => stream.getTracks().forEach((track) => track.stop());
      if (ending.aborted || stopped.aborted) return end();
      stopped.addEventListener('abort', () => {
        end();
        video.srcObject = null;
        on.set(false);
      });
      video.srcObject = stream;
      on.set(true);
      // Until there is a picture, nothing is seen in it.
      video.play().catch(() => undefined);
      void look(new kind({formats: ['qr_code']}), video, found, stopped);
    } catch {
      stop.abort();
      problem.set(notice('warning', t('cameraFailed')));
    }
  };
  return [
    h('div', {class: () => on() ? 'camera' : 'camera off'}, video),
    h('div', {class: 'actions'},
      h('button', {type: 'button', id: 'camera', onclick: () => on() ? stop.abort() : void start()},
        () => on() ? t('cameraOff') : t('cameraOn'))),
    () => problem()
  ];
}

async function look(detector: Detector, video: HTMLVideoElement, found: (text: string) => void,
  stopped: AbortSignal): Promise<void> {
  let text = '';
  let seenAt = 0;
  while (!stopped.aborted) {
    const codes = await detector.detect(video).catch(() => []);
    const seen = codes[0]?.rawValue ?? '';
    const now = performance.now();
    if (seen && (seen !== text || now - seenAt > forgetAfterMs) && !stopped.aborted) found(seen);
    if (seen) {
      text = seen;
      seenAt = now;
    }
    await pause(lookEveryMs, stopped);
  }
}
