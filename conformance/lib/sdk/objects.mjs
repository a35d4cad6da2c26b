// Objects as wholes: creating, reading, the trash and deleting for good (spec/02 §3–6, spec/10 "Creates", "Trash").

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { check } from '../checks.mjs'
import { checkRefusal, exchangeOf, refused, revisionOf } from '../client.mjs'
import { paragraph, title, UUID } from '../content.mjs'

const INVALID = 'cap_invalid_input'
const MISSING = 'cap_not_found'

export async function objects(world) {
  await creating(world)
  await trash(world)
}

async function creating({ api, make, experiment }) {
  await check('a created object answers its id, structure, collections, properties and blocks', async () => {
    for (const structureId of ['RootPage', 'RootTag', 'RootTask', experiment.id]) {
      const object = await make(structureId, 'a title')
      assert.match(object.id, UUID)
      assert.equal(object.structureId, structureId)
      assert.deepStrictEqual(object.properties.title, title('a title'))
      assert.ok(object.blocks)
    }
  })
  await check('an object is created without properties', async () => {
    const page = await api.create({ structureId: 'RootPage' })
    assert.deepStrictEqual([page.structureId, page.collections], ['RootPage', []])
  })
  await check('GET finds an object by its id in upper case', async () => {
    const page = await make('RootPage', 'upper case')
    assert.deepStrictEqual(await api.get(page.id.toUpperCase()), page)
  })
  await check('GET and PATCH of an unknown object are 404', async () => {
    await refused(api.get(randomUUID()), 404, MISSING)
    await refused(api.update({ id: randomUUID(), properties: { title: title('x') } }), 404, MISSING)
    await refused(api.update({ id: 'no-uuid', properties: { title: title('x') } }), 404, MISSING)
  })
  await check('a daily note cannot be created, in the words that clients know', async () => {
    const head = await api.head()
    const { message } = await refused(api.create({ structureId: 'RootDailyNote', properties: { title: title('x') } }), 400, INVALID)
    assert.match(message, /This object type cannot be created via this endpoint\./)
    assert.equal(await api.head(), head)
  })
  await check('weblinks, media and internal structures cannot be created', async () => {
    for (const structureId of ['MediaWebResource', 'MediaImage', 'MediaFile', 'UtilDate', 'RootDatabase', 'User']) {
      await refused(api.create({ structureId }), [400, 404], [INVALID, MISSING])
    }
  })
  await check('an unknown structure is refused', () => refused(api.create({ structureId: randomUUID() }), [400, 404], [INVALID, MISSING]))
  await check('POST /object ignores markdown and unknown keys with 200', async () => {
    const body = { structureId: 'RootPage', properties: { title: title('extra') }, markdown: 'dropped words', nonsense: { a: [1] } }
    const exchange = await api.raw('POST', '/object', body)
    assert.equal(exchange.status, 200, exchange.line)
    assert.ok(!exchange.text.includes('dropped') && !exchange.text.includes('nonsense'), exchange.line)
  })
  await check('a client may choose the id of an object, and an id is never given twice', async () => {
    const id = randomUUID()
    const again = async () => {
      const exchange = await api.raw('POST', '/object', { id, structureId: 'RootPage', properties: { title: title('chosen') } })
      return checkRefusal(exchange, 409, 'cap_already_exists').details.id
    }
    const { status, json } = await api.raw('POST', '/object', { id, structureId: 'RootPage' })
    assert.deepEqual([status, json.id], [200, id])
    assert.equal(await again(), id)
    await api.remove({ id })
    await again()
    await api.remove({ id, hardDelete: true })
    await again()
    await refused(api.get(id), 404, MISSING)
  })
}

async function trash({ api, make }) {
  const filled = async () => {
    const page = await make('RootPage', 'to the trash')
    return api.append({ id: page.id, blocks: [paragraph('text', { blocks: [paragraph('child')] })] })
  }
  /** An object without the time of its last change. */
  const timeless = ({ properties: { lastUpdatedAt, ...properties }, ...object }) => ({ ...object, properties })

  await check('DELETE answers 2xx with an empty body, then GET is 404 and a second DELETE as well', async () => {
    const { id } = await filled()
    const { status } = await api.remove({ id })
    assert.ok([200, 204].includes(status))
    await refused(api.get(id), 404, MISSING)
    await refused(api.remove({ id }), 404, MISSING)
  })
  await check('a trashed object takes no write but its restoration and its deletion', async () => {
    const page = await filled()
    const [{ id: blockId }] = Object.values(page.blocks)[0]
    await api.remove({ id: page.id })
    await refused(api.update({ id: page.id, properties: { title: title('x') } }), 404, MISSING)
    await refused(api.update({ id: page.id, collections: [] }), 404, MISSING)
    await refused(api.append({ id: page.id, blocks: [paragraph('x')] }), 404, MISSING)
    await refused(api.updateBlock({ id: page.id, blockId, block: paragraph('x') }), 404, MISSING)
    await refused(api.deleteBlock({ objectId: page.id, blockId }), 404, MISSING)
    await refused(api.trash(page.id), 404, MISSING)
    assert.deepStrictEqual(timeless(await api.update({ id: page.id, deleteRequested: false })), timeless(page))
  })
  await check('PATCH deleteRequested: false restores an object with its blocks and their ids', async () => {
    const page = await filled()
    await api.remove({ id: page.id })
    const restored = await api.update({ id: page.id, deleteRequested: false })
    assert.deepStrictEqual(restored.blocks, page.blocks)
    assert.deepStrictEqual(timeless(restored), timeless(page))
    await api.append({ id: page.id, blocks: [paragraph('more')] })
  })
  await check('a restoration may change the object as well', async () => {
    const page = await filled()
    await api.remove({ id: page.id })
    const restored = await api.update({ id: page.id, deleteRequested: false, properties: { title: title('back') } })
    assert.deepStrictEqual(restored.properties.title, title('back'))
    assert.deepStrictEqual(restored.blocks, page.blocks)
  })
  await check('PATCH deleteRequested: true answers 200 with the object as it was, byte for byte, and trashes it', async () => {
    const page = await filled()
    const trashed = await api.trash(page.id)
    assert.equal(exchangeOf(trashed).text, exchangeOf(page).text)
    assert.equal(revisionOf(trashed), revisionOf(page) + 1)
    await refused(api.get(page.id), 404, MISSING)
    await refused(api.remove({ id: page.id }), 404, MISSING)
  })
  await check('PATCH deleteRequested: false on an object that is not trashed changes nothing', async () => {
    const page = await filled()
    assert.deepStrictEqual(await api.update({ id: page.id, deleteRequested: false }), page)
    assert.equal(await api.head(), revisionOf(page))
  })
  await check('hardDelete=true deletes at once, and restoring is 404', async () => {
    const { id } = await filled()
    await api.remove({ id, hardDelete: true })
    await refused(api.get(id), 404, MISSING)
    await refused(api.update({ id, deleteRequested: false }), 404, MISSING)
    await refused(api.remove({ id, hardDelete: true }), 404, MISSING)
  })
  await check('hardDelete works on a trashed object, and restoring afterwards is 404', async () => {
    const { id } = await filled()
    await api.remove({ id })
    await api.remove({ id, hardDelete: true })
    await refused(api.update({ id, deleteRequested: false }), 404, MISSING)
  })
  await check('hardDelete=false is the trash', async () => {
    const page = await filled()
    await api.remove({ id: page.id, hardDelete: false })
    assert.deepStrictEqual(timeless(await api.update({ id: page.id, deleteRequested: false })), timeless(page))
  })
  await check('DELETE of an unknown object is 404', async () => {
    await refused(api.remove({ id: randomUUID() }), 404, MISSING)
    await refused(api.remove({ id: randomUUID(), hardDelete: true }), 404, MISSING)
  })
  await check('each step in and out of the trash takes one revision', async () => {
    const page = await filled()
    const revision = revisionOf(page)
    assert.equal((await api.remove({ id: page.id })).revision, revision + 1)
    assert.equal(revisionOf(await api.update({ id: page.id, deleteRequested: false })), revision + 2)
    assert.equal((await api.remove({ id: page.id, hardDelete: true })).revision, revision + 3)
    assert.equal(await api.head(), revision + 3)
  })
}
