// Daily notes (spec/02 §13, spec/03 §8, spec/10 "Daily note"), and the time zone that decides which day is today.

import assert from 'node:assert/strict'
import { check } from '../checks.mjs'
import { checkRefusal, refused } from '../client.mjs'
import { paragraph, textsOf, title } from '../content.mjs'
import { operate, refusedCommand } from '../server.mjs'

const KEY = 'RootDailyNote_notes'

/** The day and the time of day in a zone. */
function wall(timeZone, at = new Date()) {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at)
  const of = (type) => parts.find((part) => part.type === type).value
  return { day: `${of('year')}-${of('month')}-${of('day')}`, time: `${of('hour')}:${of('minute')}` }
}

export async function daily({ api, data, pages: [buffers] }) {
  const texts = async (day) => textsOf((await api.dailyNote(day)).blocks[KEY])

  /** Appends to the note of today; answers what stands there from the marker's heading on, and that it stands where the clock says. */
  const today = async (zone, marker) => {
    const before = wall(zone)
    await api.appendDaily({ markdown: marker })
    const moments = [before, wall(zone)]
    for (const { day, time } of moments) {
      const rows = await api.search({ query: day, structureIds: ['RootDailyNote'] })
      if (!rows.length) continue
      const { blocks } = await api.dailyNote(day)
      const at = textsOf(blocks[KEY]).indexOf(marker)
      if (at < 0) continue
      assert.ok(moments.some((moment) => moment.time === blocks[KEY][at - 1].tokens[0].text), `${JSON.stringify(blocks[KEY][at - 1])} at ${time}`)
      return blocks[KEY][at - 1]
    }
    return assert.fail(`${marker} is in no note of ${JSON.stringify(moments)}`)
  }

  await check('the note of today is made, with a heading that tells the time in UTC', async () => {
    const heading = await today('UTC', 'first entry')
    assert.deepStrictEqual(heading.hierarchy, { key: 'H3', val: 3 })
  })
  await check('with noTimeStamp the entry stands alone, and blocks are taken like Markdown', async () => {
    await api.appendDaily({ date: '2026-01-02T00:00:00.000Z', noTimeStamp: true, blocks: [paragraph('one'), paragraph('two')] })
    await api.appendDaily({ date: '2026-01-02T00:00:00.000Z', noTimeStamp: true, markdown: '- three' })
    assert.deepEqual(await texts('2026-01-02'), ['one', 'two', 'three'])
  })
  await check('each date has one note of its own, found by the bare day, whose title begins with it', async () => {
    for (const day of ['2026-01-03', '2026-01-04', '2024-02-29']) await api.appendDaily({ date: `${day}T00:00:00.000Z`, noTimeStamp: true, markdown: `on ${day}` })
    for (const day of ['2026-01-03', '2026-01-04', '2024-02-29']) {
      const rows = await api.search({ query: day, structureIds: ['RootDailyNote'] })
      assert.deepEqual(rows.map((row) => row.title), [`${day}T00:00:00.000Z`])
      assert.deepEqual(await texts(day), [`on ${day}`])
    }
  })
  await check('16 appends at once to a day without a note make one note that holds them all', async () => {
    const names = Array.from({ length: 16 }, (_, number) => `entry ${number}`)
    await Promise.all(names.map((markdown) => api.appendDaily({ date: '2026-01-05T00:00:00.000Z', noTimeStamp: true, markdown })))
    assert.equal((await api.search({ query: '2026-01-05', structureIds: ['RootDailyNote'] })).length, 1)
    assert.deepEqual((await texts('2026-01-05')).toSorted(), names.toSorted())
  })
  await check('an entry links titles and makes tags', async () => {
    await api.appendDaily({ date: '2026-01-06T00:00:00.000Z', noTimeStamp: true, markdown: 'made [[Buffers]] #daily-tag' })
    const [block] = (await api.dailyNote('2026-01-06')).blocks[KEY]
    const links = block.tokens.filter((one) => one.type === 'LinkToken')
    const [tag] = await api.search({ query: 'daily-tag', structureIds: ['RootTag'] })
    assert.deepEqual(links.map((one) => one.entityId), [buffers.id, tag.id])
  })
  await check('the note takes /blocks/append as well; its title is its day and cannot be changed', async () => {
    const { id } = await api.dailyNote('2026-01-06')
    await api.append({ id, blocks: [paragraph('by the other door')] })
    assert.equal((await texts('2026-01-06')).at(-1), 'by the other door')
    await refused(api.update({ id, properties: { title: title('x') } }), 400, 'cap_invalid_input')
  })
  await check('an entry for a trashed note brings the note back', async () => {
    const { id } = await api.dailyNote('2026-01-03')
    await api.remove({ id })
    assert.deepEqual(await api.search({ query: '2026-01-03', structureIds: ['RootDailyNote'] }), [])
    await api.appendDaily({ date: '2026-01-03T00:00:00.000Z', noTimeStamp: true, markdown: 'again' })
    assert.deepEqual([(await api.dailyNote('2026-01-03')).id, await texts('2026-01-03')], [id, ['on 2026-01-03', 'again']])
  })
  await check('empty Markdown appends nothing and makes no note', async () => {
    const head = await api.head()
    await api.appendDaily({ date: '2026-01-07T00:00:00.000Z', markdown: '' })
    assert.deepEqual([await api.head(), await api.search({ query: '2026-01-07' })], [head, []])
  })
  await check('what is neither blocks nor markdown, or both, or no date, is refused and makes nothing', async () => {
    const head = await api.head()
    const wrong = [{}, { markdown: 'a', blocks: [paragraph('a')] }, { blocks: [] }, { markdown: 'a', date: 'tomorrow' }, { markdown: 'a', noTimeStamp: 'yes' }]
    for (const body of wrong) checkRefusal(await api.raw('POST', '/blocks/daily-note/append', body), 400, 'cap_invalid_input')
    assert.equal(await api.head(), head)
  })

  const space = await api.space()
  // 25 hours apart: whenever this runs, at least one of them has another day than UTC.
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    await check(`in ${zone}, set on the command line while the server runs, today and the time are those of its walls`, async () => {
      await operate(data, 'space', 'timezone', space.id, zone)
      await today(zone, `entry in ${zone}`)
    })
  }
  await check('a date that is given is a day, whatever the zone', async () => {
    await api.appendDaily({ date: '2026-01-08T00:00:00.000Z', noTimeStamp: true, markdown: 'that day' })
    assert.deepEqual(await texts('2026-01-08'), ['that day'])
  })
  await check('a zone that is none is refused by its name, and the old one stays', async () => {
    await refusedCommand(data, ['space', 'timezone', space.id, 'Mars/Olympus'], /Mars\/Olympus/)
    await today('Pacific/Pago_Pago', 'still there')
  })
}
