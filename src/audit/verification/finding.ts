import type { Head } from '../chain.js';
import type { SeenEvent } from './seen-events.js';

/**
 * Something in the trail that Gatehouse did not do. Of a stream the first such thing is told: behind it, nothing proves
 * anything any more.
 */
export type Finding =
  | {
      /**
       * `changed`: the event, or its place, is not what its MAC was made of. `personal`: who or where from is not. `nameless`:
       * somebody else took a person out. `added`: it stands before its stream begins.
       */
      readonly kind: 'changed' | 'personal' | 'nameless' | 'added';
      readonly event: SeenEvent;
    }
  | {
      /** Events from `from` to `to` are not there, `next` is. */
      readonly kind: 'missing';
      readonly from: number;
      readonly to: number;
      readonly next: SeenEvent;
    }
  | {
      /**
       * `placeless`: so many events whose stream, or whose place in it, is none that Gatehouse gives; this is the first.
       * `unread`: so many were not come across, though each stream is good: two have one place.
       */
      readonly kind: 'placeless';
      readonly event: SeenEvent;
      readonly count: number;
    }
  | { readonly kind: 'unread'; readonly count: number }
  | {
      /** A stream of which no record says where it begins: it was added, or its record is gone. */
      readonly kind: 'unrecorded';
      readonly event: SeenEvent;
    }
  | {
      /** `beginning`: what says where a stream begins was changed. `empty`: it has no event, and none was deleted by age. */
      readonly kind: 'beginning' | 'empty';
      readonly stream: string;
    }
  | {
      /** A stream that cannot be verified: its data key is not there. */
      readonly kind: 'key';
      readonly stream: string;
      readonly keyId: string;
    }
  | {
      /** A stream ends before an event that was there: at `ends`, or (null) nothing is left of it. */
      readonly kind: 'cut off';
      readonly named: NamedHead;
      readonly ends: number | null;
    }
  | {
      /** An event was there, and another one is in its place. */
      readonly kind: 'replaced';
      readonly named: NamedHead;
    };

/** How far a stream was, and the event that says so; null: it was given by who asks. */
export interface NamedHead extends Head {
  readonly by: SeenEvent | null;
}
