// Searching by what objects are called (spec/02 §11, spec/03 §10, spec/10 "Search").

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { check } from '../checks.mjs'
import { checkRefusal } from '../client.mjs'
import { paragraph, title, value } from '../content.mjs'

export async function search({ api, make, experiment }) {
  const titles = async (query, more = {}) => (await api.search({ query, ...more })).map((row) => row.title)

  await check('a row tells the id, the type and the title, and no more', async () => {
    const page = await make('RootPage', 'Osmotic shock')
    assert.deepStrictEqual(await api.search({ query: 'osmotic shock' }), [{ id: page.id, structureId: 'RootPage', title: 'Osmotic shock' }])
  })
  await check('structureIds leave only objects of these types, custom ones too', async () => {
    const made = {}
    for (const structureId of ['RootPage', 'RootTag', 'RootTask', experiment.id]) made[structureId] = await make(structureId, 'Plasmid')
    for (const structureId of Object.keys(made)) {
      assert.deepEqual((await api.search({ query: 'plasmid', structureIds: [structureId] })).map((row) => row.id), [made[structureId].id])
    }
    assert.equal((await titles('plasmid')).length, 4)
    assert.equal((await titles('plasmid', { structureIds: ['RootTask', experiment.id] })).length, 2)
    assert.deepEqual(await titles('plasmid', { structureIds: [randomUUID()] }), [])
  })
  await check('one letter finds what has a word that begins with it', async () => {
    const tag = await make('RootTag', 'ÿtterbium')
    for (const query of ['y', 'Y', 'ÿ']) {
      const rows = await api.search({ query, structureIds: ['RootTag'] })
      assert.ok(rows.some((row) => row.id === tag.id), query)
    }
    assert.deepEqual(await titles('t', { structureIds: ['RootTag'], limit: 50 }).then((found) => found.filter((one) => one === 'ÿtterbium')), [])
  })
  await check('case and accents do not count, on either side', async () => {
    await make('RootPage', 'Größenausschluß à la façon')
    for (const query of ['grossenausschluss', 'GRÖSSENAUSSCHLUSS', 'facon', 'FAÇON grö', 'à lá']) {
      assert.deepEqual(await titles(query), ['Größenausschluß à la façon'], query)
    }
  })
  await check('typing errors are forgiven: one from five letters on, two from nine', async () => {
    await make('RootPage', 'Centrifugation')
    for (const query of ['centrifugtion', 'cemtrifugatiom', 'Centirfugation', 'centrifuugation']) {
      assert.deepEqual(await titles(query), ['Centrifugation'], query)
    }
    for (const query of ['xemtrifugatiox', 'cnt']) assert.deepEqual(await titles(query), [], query)
  })
  await check('aliases are found, and the title is shown', async () => {
    await api.create({ structureId: 'RootPage', properties: { title: title('Tris(hydroxymethyl)aminomethane'), aliases: value('aliases', { value: ['Trometamol'] }) } })
    for (const query of ['trometamol', 'hydroxymethyl']) assert.deepEqual(await titles(query), ['Tris(hydroxymethyl)aminomethane'])
  })
  await check('the exact title comes first, then beginnings, then words inside', async () => {
    for (const name of ['The ligases', 'Ligase buffer', 'Heat and ligase', 'Ligase']) await make('RootPage', name)
    assert.deepEqual(await titles('ligase'), ['Ligase', 'Ligase buffer', 'Heat and ligase', 'The ligases'])
  })
  await check('what stands in an object is not searched, and what a write changed is found at once', async () => {
    const { id } = await make('RootPage', 'Autoradiograph')
    await api.append({ id, blocks: [paragraph('phosphorimager')] })
    assert.deepEqual(await titles('phosphorimager'), [])
    await api.update({ id, properties: { title: title('Phosphorimager') } })
    assert.deepEqual([await titles('autoradiograph'), await titles('phosphorimager')], [[], ['Phosphorimager']])
  })
  await check('the trash hides an object, restoring shows it again, deleting for good does not', async () => {
    const { id } = await make('RootPage', 'Desiccator')
    await api.remove({ id })
    assert.deepEqual(await titles('desiccator'), [])
    await api.update({ id, deleteRequested: false })
    assert.deepEqual(await titles('desiccator'), ['Desiccator'])
    await api.remove({ id, hardDelete: true })
    assert.deepEqual(await titles('desiccator'), [])
  })
  await check('there are at most 20 results unless a limit says otherwise', async () => {
    for (let number = 0; number < 24; number++) await make('RootTag', `Vial ${number}`)
    assert.equal((await titles('vial')).length, 20)
    assert.equal((await titles('vial', { limit: 50 })).length, 24)
    const some = await api.search({ query: 'vial', limit: 3 })
    assert.deepEqual(some.map((row) => row.title), ['Vial 23', 'Vial 22', 'Vial 21'])
  })
  await check('26 searches at once are served, one for each letter', async () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz']
    const answers = await Promise.all(letters.map((query) => api.search({ query, structureIds: ['RootTag'] })))
    assert.ok(answers[letters.indexOf('v')].length === 20 && answers[letters.indexOf('r')].some((row) => row.title === 'red'))
  })
  await check('a search takes no revision and tells the current one', async () => {
    const head = await api.head()
    const rows = await api.search({ query: 'ligase' })
    assert.ok(rows.length)
    assert.equal((await api.raw('POST', '/objects/search', { query: 'ligase' })).revision, head)
    assert.equal(await api.head(), head)
  })
  await check('what the SDK does not let through is refused by the server as well', async () => {
    const wrong = [{}, { query: ' \n' }, { query: 'x'.repeat(513) }, { query: 'x', limit: 51 }, { query: 'x', limit: 0 }, { query: 'x', structureIds: [] }]
    for (const body of wrong) checkRefusal(await api.raw('POST', '/objects/search', body), 400, 'cap_invalid_input')
  })
}
