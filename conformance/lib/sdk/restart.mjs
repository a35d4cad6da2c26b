// Stopping and dying: what was acknowledged is there again, byte for byte, and revisions go on without a gap.

import assert from 'node:assert/strict'
import { check, must } from '../checks.mjs'
import { Client, exchangeOf, refused, revisionOf } from '../client.mjs'
import { flat, paragraph, textOf, textsOf, title } from '../content.mjs'
import { Server } from '../server.mjs'

const WRITERS = 8
/** A beginning, an inside, a mistype, an accent, an alias, a day, a tag and a weblink; one of each way to find something. */
const SEARCHES = [
  { query: 'a', limit: 50 }, { query: 'plasmid' }, { query: 'ligase' }, { query: 'cemtrifugatiom' }, { query: 'facon' }, { query: 'trometamol' },
  { query: '2026-01-05', structureIds: ['RootDailyNote'] }, { query: 'contended', structureIds: ['RootTag'] }, { query: 'told', structureIds: ['MediaWebResource'] },
]
/** How many blocks are acknowledged before the server is killed. */
const ACKNOWLEDGED = 120

export async function restart(world) {
  const { server, data, api, make } = world
  const { made } = api
  const at = (running) => new Client(running.url, server.token)
  const trashed = await make('RootPage', 'trashed')
  const deleted = await make('RootPage', 'deleted')
  await api.remove({ id: trashed.id })
  await api.remove({ id: deleted.id, hardDelete: true })

  const before = await read(api, made)
  await check('each of the searches to be repeated finds something', async () => {
    for (const one of before.found) assert.ok(!one.endsWith('{"results":[]}'), one)
  })
  const end = await server.stop()
  await check('SIGTERM ends the server with exit code 0', async () => assert.deepEqual(end, { code: 0, signal: null }))

  const second = await must('the server starts again on the same folder, and prints no token', async () => {
    const started = await Server.start(data)
    assert.equal(started.token, undefined)
    return started
  })
  const again = at(second)

  await check(`after a restart the space, its structures and all ${made.size} objects read back byte for byte, as Markdown and in searches too`, async () => {
    assert.deepStrictEqual(await read(again, made), before)
  })
  await check('after a restart the revision goes on without a gap', async () => {
    assert.equal(await again.head(), before.revision)
    const page = await again.create({ structureId: 'RootPage', properties: { title: title('after') } })
    assert.equal(revisionOf(page), before.revision + 1)
  })
  await check('after a restart trashed objects can be restored and deleted ones cannot', async () => {
    await refused(again.get(trashed.id), 404, 'cap_not_found')
    const restored = await again.update({ id: trashed.id, deleteRequested: false })
    assert.deepStrictEqual(restored.blocks, trashed.blocks)
    await refused(again.update({ id: deleted.id, deleteRequested: false }), 404, 'cap_not_found')
  })
  await check('after a restart a daily note goes on where it was, in the zone that was set, and a new title is linked to', async () => {
    const { id } = await again.dailyNote('2026-01-05')
    await again.appendDaily({ date: '2026-01-05T00:00:00.000Z', noTimeStamp: true, markdown: 'after [[Osmotic shock]]' })
    const note = await again.dailyNote('2026-01-05')
    const target = (await again.search({ query: 'osmotic shock' }))[0].id
    assert.equal(note.id, id)
    assert.ok(JSON.stringify(note.blocks.RootDailyNote_notes.at(-1)).includes(target))
    const zone = 'Pacific/Pago_Pago'
    const before = todayIn(zone)
    await again.appendDaily({ markdown: 'in the zone' })
    const days = [before, todayIn(zone)]
    const texts = await Promise.all(days.map(async (day) => JSON.stringify((await again.dailyNote(day)).blocks)))
    assert.ok(texts.some((one) => one.includes('in the zone')))
  })
  await check('after a restart a PATCH of the same blocks still keeps their ids', async () => {
    const [key, blocks] = Object.entries(trashed.blocks)[0]
    const written = blocks.map(({ id, ...block }) => block)
    assert.deepStrictEqual((await again.update({ id: trashed.id, blocks: { [key]: written } })).blocks[key], blocks)
  })

  const steady = await read(again, made)
  const pages = await Promise.all(Array.from({ length: WRITERS }, () => again.amongOthers.create({ structureId: 'RootPage' })))
  const head = await again.head()
  const journal = await writeUntilKilled(second, again.amongOthers, pages)

  const third = await must('the server starts again after kill -9', () => Server.start(data))
  const survivor = at(third)
  await check('after kill -9 everything written before reads back byte for byte, as Markdown and in searches too', async () => {
    const { revision: _, ...now } = await read(survivor, made)
    const { revision: __, ...then } = steady
    assert.deepStrictEqual(now, then)
  })
  const found = await Promise.all(pages.map(async ({ id }) => textsOf(flat(Object.values((await survivor.get(id)).blocks)[0])).filter(Boolean)))
  const kept = found.flat()
  await check(`after kill -9 all ${journal.acknowledged.length} acknowledged blocks are there, once and in order`, async () => {
    assert.ok(journal.acknowledged.length >= ACKNOWLEDGED)
    for (const text of journal.acknowledged) assert.equal(kept.filter((one) => one === text).length, 1, text)
    for (const texts of found) assert.deepEqual(texts, texts.toSorted((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1])))
  })
  await check('after kill -9 a write without an answer is there wholly or not at all', async () => {
    const attempted = new Set([...journal.acknowledged, ...journal.unanswered])
    assert.deepEqual(kept.filter((text) => !attempted.has(text)), [])
    for (const { id } of pages) {
      for (const block of flat(Object.values((await survivor.get(id)).blocks)[0])) {
        if (textOf(block).startsWith('write')) assert.equal(block.blocks.length, 1, 'the child came with its parent')
      }
    }
  })
  await check('after kill -9 the revision counts exactly the writes that are there, and goes on without a gap', async () => {
    const revision = await survivor.head()
    assert.equal(revision - head, kept.filter((text) => text.startsWith('write')).length)
    assert.ok(revision >= journal.highest)
    const page = await survivor.append({ id: pages[0].id, blocks: [paragraph('after')] })
    assert.equal(revisionOf(page), revision + 1)
  })
  await check('after kill -9 the server stops with exit code 0', async () => assert.deepEqual(await third.stop(), { code: 0, signal: null }))
}

const todayIn = (timeZone) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date())

/** Everything there is to read, as bytes. */
async function read(api, ids) {
  const text = async (answer) => { const told = await answer; return (exchangeOf(told) ?? told).text }
  const objects = []
  for (const id of ids) {
    for (const path of [`/object?id=${id}`, `/object/markdown?id=${id}`]) {
      const { status, text: body } = await api.raw('GET', path)
      objects.push(`${path} ${status} ${body}`)
    }
  }
  const { text: structures } = await api.raw('GET', '/space/structures')
  const found = []
  for (const body of SEARCHES) found.push(`${JSON.stringify(body)} ${await text(api.raw('POST', '/objects/search', body))}`)
  return { revision: await api.head(), space: await text(api.space()), structures, objects, found }
}

/** Each writer appends to a page of its own until the server is killed in the middle of it all. */
async function writeUntilKilled(server, api, pages) {
  const journal = { acknowledged: [], unanswered: [], highest: 0 }
  let killed
  const writer = async ({ id }, name) => {
    for (let number = 0; ; number++) {
      const [text, child] = [`write ${number} of ${name}`, `child ${number} of ${name}`]
      try {
        const answer = await api.append({ id, blocks: [paragraph(text, { blocks: [paragraph(child)] })] })
        journal.acknowledged.push(text, child)
        journal.highest = Math.max(journal.highest, revisionOf(answer))
      } catch (error) {
        if (!killed) throw error
        journal.unanswered.push(text, child)
        return
      }
      if (journal.acknowledged.length >= ACKNOWLEDGED) killed ??= server.kill()
    }
  }
  await Promise.all(pages.map(writer))
  await killed
  return journal
}
