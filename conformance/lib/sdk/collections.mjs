// Collections (spec/02 §4–5, spec/03 §7, spec/10 "Creates").

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { check } from '../checks.mjs'
import { exchangeOf, refused } from '../client.mjs'
import { title } from '../content.mjs'

export async function collections({ api, collections: { spring, summer, winter, pages }, experiment }) {
  const create = (ids) => api.create({ structureId: experiment.id, collections: ids, properties: { title: title('collected') } })

  await check('an object without collections answers []', async () => {
    assert.deepStrictEqual((await api.create({ structureId: experiment.id })).collections, [])
    assert.deepStrictEqual((await create([])).collections, [])
  })

  await check('an object is created in collections, in the order sent', async () => {
    for (const ids of [[summer.id, spring.id], [winter.id, spring.id, summer.id]]) {
      assert.deepStrictEqual((await create(ids)).collections, ids)
    }
  })

  await check('PATCH replaces the whole membership, in the order sent, and [] leaves all', async () => {
    const { id } = await create([spring.id])
    for (const ids of [[winter.id, summer.id], [summer.id, winter.id, spring.id], []]) {
      assert.deepStrictEqual((await api.update({ id, collections: ids })).collections, ids)
    }
  })

  await check('a PATCH of properties keeps the collections, one of collections the properties', async () => {
    const { id } = await create([summer.id, spring.id])
    assert.deepStrictEqual((await api.update({ id, properties: { title: title('new') } })).collections, [summer.id, spring.id])
    assert.deepStrictEqual((await api.update({ id, collections: [spring.id] })).properties.title, title('new'))
  })

  await check('an object of a built-in structure goes into a collection of it', async () => {
    const page = await api.create({ structureId: 'RootPage', collections: [pages.id] })
    assert.deepStrictEqual(page.collections, [pages.id])
  })

  const codes = ['cap_invalid_input', 'cap_not_found']
  for (const [what, wrong] of [['an unknown collection', randomUUID()], ['a collection of another structure', pages.id]]) {
    await check(`${what} is refused by PATCH and nothing changes`, async () => {
      const before = exchangeOf(await create([summer.id, spring.id]))
      const { id } = before.json
      const properties = { title: title('must not be written') }
      await refused(api.update({ id, collections: [spring.id, wrong], properties }), [400, 404], codes)
      const after = exchangeOf(await api.get(id))
      assert.equal(after.text, before.text)
      assert.equal(after.revision, before.revision)
    })

    await check(`${what} is refused by POST and nothing is made`, async () => {
      const head = await api.head()
      await refused(create([wrong]), [400, 404], codes)
      assert.equal(await api.head(), head)
    })
  }
}
