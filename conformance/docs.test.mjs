// Pages of docs/: their commands, pasted in order, print what the page shows below each; one that shows nothing prints nothing.

import assert from 'node:assert/strict'
import { chapter, check, finish, must } from './lib/checks.mjs'
import { isAsShown, paste, steps } from './lib/pasted.mjs'

/** The pages, with how many steps each had when it was last looked at. */
const PAGES = { 'docs/concurrency.md': 20, 'docs/transactions.md': 2 }

await check('the comparison sees what is other, missing or too much', async () => {
  assert(isAsShown('{"a":1,"b":[2]}\n', '{"a": 1, "b": […]}'))
  assert(!isAsShown('{"a":1}', '{"a": 2}'))
  assert(!isAsShown('{"a":1}', '{"a": 1, …, "b": 2}'))
  assert(!isAsShown('{"a":1}{"b":2}', '{"a": 1}'))
  assert(!isAsShown('{"a":1}', ''))
})
for (const [page, count] of Object.entries(PAGES)) {
  await chapter(page, async () => {
    const { pasted, stderr, end } = await must('it is pasted', () => paste(steps(page)))
    await check('it has as many steps as this test knows', async () => assert.equal(pasted.length, count))
    for (const [number, { heading, commands, shown = '', printed }] of pasted.entries()) {
      await check(`step ${number + 1} (${heading}) prints what the page shows`, async () => {
        assert(isAsShown(printed, shown), `${commands}\nprinted\n${printed.slice(0, 2000)}\n${stderr.slice(0, 500)}`)
      })
    }
    await check('the server ends gracefully', async () => assert.equal(end.code, 0))
  })
}
await finish()
