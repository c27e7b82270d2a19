import assert from 'node:assert/strict';
import test from 'node:test';

import { srcsetOf } from '../dist/index.js';

const small = { url: '/files/a.png', width: 360, variants: { srcset: '/files/a.png?w=220 220w' } };

test('a narrow picture is offered in its own width beside its variants', () => {
  assert.equal(srcsetOf(small), '/files/a.png?w=220 220w, /files/a.png?format=auto 360w');
});

test('a picture as wide as a variant, or wider than all of them, is not offered again', () => {
  assert.equal(srcsetOf({ ...small, width: 220 }), small.variants.srcset);
  assert.equal(srcsetOf({ ...small, width: 4000 }), small.variants.srcset);
});

test('a picture without variants has no srcset', () => {
  assert.equal(srcsetOf({ ...small, width: 200, variants: { srcset: '' } }), '');
});
