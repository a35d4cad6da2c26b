// docs/concurrency.md: its commands, pasted in order, print what the page shows below each; one that shows nothing prints nothing.

import assert from 'node:assert/strict'
import { check, finish, must } from './lib/checks.mjs'
import { isAsShown, paste, steps } from './lib/pasted.mjs'

await check('the comparison sees what is other, missing or too much', async () => {
  assert(isAsShown('{"a":1,"b":[2]}\n', '{"a": 1, "b": […]}'))
  assert(!isAsShown('{"a":1}', '{"a": 2}'))
  assert(!isAsShown('{"a":1}', '{"a": 1, …, "b": 2}'))
  assert(!isAsShown('{"a":1}{"b":2}', '{"a": 1}'))
  assert(!isAsShown('{"a":1}', ''))
})

const { pasted, stderr, end } = await must('the story is pasted', () => paste(steps('docs/concurrency.md')))
await check('the story has as many steps as when it was last looked at', async () => assert.equal(pasted.length, 20, stderr))
for (const [number, { heading, commands, shown = '', printed }] of pasted.entries()) {
  await check(`step ${number + 1} (${heading}) prints what the page shows`, async () => {
    assert(isAsShown(printed, shown), `${commands}\nprinted\n${printed.slice(0, 2000)}\n${stderr.slice(0, 500)}`)
  })
}
await check('the server ends gracefully', async () => assert.equal(end.code, 0))
await finish()
