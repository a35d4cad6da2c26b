// The README's tour: its commands, pasted in order, all succeed and show what the text says.

import assert from 'node:assert/strict'
import { check, finish, must } from './lib/checks.mjs'
import { paste, steps } from './lib/pasted.mjs'

const expected = [
  [/^$/, 'a call is defined'],
  [/"title":"My space".*"id":"RootPage"/s, 'the space and its structures are shown'],
  [/"value":"Reagents"/, 'a page is made under the id that was chosen'],
  [/"text":"#lab","entityId":.*"isDone":true/, 'Markdown is appended, and its tag made'],
  [/^\{"results":\[\{"id":"3f0d6f2e-[^}]*"title":"Reagents"\}\]\}\s*$/, 'the page is found by a mistyped title'],
  [/"text":"#lab".*"text":"order filter tips".*"isDone":true/, 'the page is edited as Markdown'],
  [/"structureId":"RootDailyNote","title":"\d{4}-\d\d-\d\dT/, 'the note of today takes a line and is found'],
  [/^"[0-9a-f]{16}\.\d+-[\w-]{16}"\s*$/, 'a version is told'],
  [/"value":"Reagents, cold room".*cap_precondition_failed.*"changedPaths":\["properties.title"\]/s, 'of two writers one is refused'],
  [/"value":"Reagents, cold room".*"text":"order gloves"/, 'the other is merged'],
  [/"kind":"merged".*"kind":"updated","paths":\["properties.title"\]/, 'the history tells of both'],
  [/cap_not_found.*"value":"Reagents, cold room"/s, 'a page is thrown away and taken back'],
  [/(?=.*at properties\.date\.date\.start)(?=.*at properties\.title\.title\.value)/s, 'a mistake is answered with paths'],
  [/"title":"Reagent",.*"name":"Molar mass".*"name":"in stock"/, 'an object type is made by a call'],
  [/cap-api-[\w-]{43}\n.*reader.*Lab notes/s, 'a token and a collection are made, and the token is revoked'],
]
const { pasted, stderr, end } = await must('the tour is pasted', () => paste(steps('README.md')))
await check('the tour has as many steps as this test knows', async () => assert.equal(pasted.length, expected.length))
for (const [number, [shows, sentence]] of expected.entries()) {
  const { status, printed } = pasted[number] ?? {}
  await check(sentence, async () => {
    assert(status === 0 && shows.test(printed), `exit ${status}: ${printed?.slice(0, 2000)}\n${stderr.slice(0, 500)}`)
  })
}
await check('the server ends gracefully', async () => assert.equal(end.code, 0))
await finish()
