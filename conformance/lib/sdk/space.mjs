// The space and its structures (spec/02 §1–2, spec/03 §1–2, spec/10 "Structures").

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../checks.mjs'
import { Client, parseExactly, sdk } from '../client.mjs'
import { UUID } from '../content.mjs'
import { operate, refusedCommand } from '../server.mjs'

export async function space({ api, data, folder, experiment, sampleStructure, collections }) {
  await check('the strict comparison notices a key that the SDK\'s schema does not know', async () => {
    const known = await api.space()
    assert.throws(() => parseExactly(sdk.getSpaceResponseSchema, { ...known, extra: 1 }), /does not know/)
    const [page] = await api.structures()
    const definition = { ...page.propertyDefinitions[0], extra: 1 }
    assert.throws(() => parseExactly(sdk.spaceStructureSchema, { ...page, propertyDefinitions: [definition] }), /does not know/)
  })

  await check('GET /space answers id and title', async () => {
    const answer = await api.space()
    assert.match(answer.id, UUID)
    assert.ok(answer.title)
  })

  await check('a base URL with a trailing slash works', async () => {
    assert.deepStrictEqual(await new Client(`${api.url}/`, api.token).space(), await api.space())
  })

  const structures = await api.structures()
  const structure = (id) => structures.find((one) => one.id === id) ?? assert.fail(`no structure ${id}`)
  const property = (id, name) => structure(id).propertyDefinitions.find((one) => one.id === name) ?? assert.fail(`${id} has no ${name}`)

  await check('/space/structures lists at least RootPage, RootTag, RootTask and MediaWebResource', async () => {
    for (const id of ['RootPage', 'RootTag', 'RootTask', 'MediaWebResource']) assert.ok(structure(id).title && structure(id).pluralName)
  })

  await check('internal structures are not listed', async () => {
    const internal = ['UtilDate', 'User', 'UserPersonal', 'RootEntity', 'RootBlocksTemplate', 'RootStructure', 'RootSpace']
    assert.deepEqual(structures.filter((one) => internal.includes(one.id)), [])
  })

  await check('structure ids are unique, and property ids within a structure', async () => {
    assert.equal(new Set(structures.map((one) => one.id)).size, structures.length)
    for (const { propertyDefinitions: all } of structures) assert.equal(new Set(all.map((one) => one.id)).size, all.length)
  })

  const definitions = structures.flatMap((one) => one.propertyDefinitions)

  await check('definitions that are labels carry labelSet and multiple, and no others do', async () => {
    for (const one of definitions) {
      assert.equal(Array.isArray(one.labelSet), one.type === 'label', one.name)
      assert.equal(typeof one.multiple === 'boolean', one.type === 'label', one.name)
      assert.equal('allowedStructures' in one && one.type !== 'entity', false, one.name)
    }
  })

  await check('lastUpdatedAt is never writable, createdAt always is', async () => {
    const flags = (type) => new Set(definitions.filter((one) => one.type === type).map((one) => one.writable))
    assert.deepEqual(flags('lastUpdatedAt'), new Set([false]))
    assert.deepEqual(flags('createdAt'), new Set([true]))
  })

  await check('RootPage has title, description of type text, tags and createdAt', async () => {
    assert.equal(property('RootPage', 'title').type, 'title')
    assert.equal(property('RootPage', 'description').type, 'text')
    assert.deepEqual(property('RootPage', 'tags').allowedStructures, ['RootTag'])
    assert.equal(property('RootPage', 'createdAt').type, 'createdAt')
  })

  await check('RootTask has the labels status and priority with the known options', async () => {
    const options = (name) => property('RootTask', name).labelSet.map((option) => option.id)
    for (const id of ['not-started', 'next-up', 'in-progress', 'done']) assert.ok(options('status').includes(id), id)
    for (const id of ['low', 'medium', 'high']) assert.ok(options('priority').includes(id), id)
    assert.equal(property('RootTask', 'status').multiple, false)
  })

  await check('RootTask has the dates date, deadline and completed, and no createdAt', async () => {
    for (const name of ['date', 'deadline', 'completed']) assert.equal(property('RootTask', name).type, 'date')
    assert.ok(!structure('RootTask').propertyDefinitions.some((one) => one.type === 'createdAt'))
  })

  await check('MediaWebResource has a description of type text and its URL', async () => {
    assert.equal(property('MediaWebResource', 'description').type, 'text')
    assert.equal(property('MediaWebResource', 'media_URLReference').type, 'url')
  })

  await check('a custom structure is listed as it was defined, after the properties that every one has', async () => {
    const listed = structure(experiment.id)
    const { title, pluralName, labelColor } = listed
    assert.deepEqual({ title, pluralName, labelColor }, { title: 'Experiment', pluralName: 'Experimenta', labelColor: 'teal' })
    const sent = experiment.propertyDefinitions.filter((one) => one.type !== 'blocks')
    const [own, extra] = [listed.propertyDefinitions.slice(-sent.length), listed.propertyDefinitions.slice(0, -sent.length)]
    assert.deepEqual(extra.map((one) => one.id), ['title', 'description', 'tags', 'aliases', 'icon', 'createdAt', 'lastUpdatedAt'])
    for (const [index, definition] of sent.entries()) {
      const multiple = definition.type === 'label' ? { multiple: definition.multiple ?? false } : {}
      const { allowedStructures, ...read } = own[index]
      assert.deepEqual(allowedStructures ?? [], definition.allowedStructures ?? [])
      const { allowedStructures: _, ...wanted } = { id: read.id, ...definition, ...multiple, writable: true }
      assert.deepEqual(read, wanted)
      assert.match(read.id, UUID)
    }
  })

  await check('body sections are not listed as properties', async () => {
    const ids = definitions.map((one) => one.id)
    for (const name of ['protocol', 'results']) assert.ok(!ids.includes(experiment.ids[name]))
    for (const id of ['RootTask_notes', 'RootDailyNote_notes', 'media_notes']) assert.ok(!ids.includes(id), id)
  })

  await check('a structure lists its own collections with their titles', async () => {
    const named = ({ id, title }) => ({ id, title })
    const { spring, summer, winter, pages } = collections
    assert.deepEqual(structure(experiment.id).collections, [spring, summer, winter].map(named))
    assert.deepEqual(structure('RootPage').collections, [named(pages)])
    assert.deepEqual(structure('RootTag').collections, [])
  })

  await check('the command line lists structures and collections as the API does', async () => {
    const listed = await operate(data, 'structure', 'list')
    assert.deepEqual(new Set(listed.map((one) => one.id)), new Set(structures.map((one) => one.id)))
    const ofApi = structures.flatMap((one) => one.collections.map((collection) => ({ ...collection, structure: one.id })))
    const byId = (a, b) => a.id.localeCompare(b.id)
    assert.deepEqual((await operate(data, 'collection', 'list')).sort(byId), ofApi.sort(byId))
  })

  const wrong = async (definition, words) => {
    const [file, head] = [join(folder, 'wrong.json'), await api.head()]
    writeFileSync(file, typeof definition === 'string' ? definition : JSON.stringify(definition))
    await refusedCommand(data, ['structure', 'create', file], words)
    assert.equal(await api.head(), head)
  }
  const withProperty = (...propertyDefinitions) => ({ title: 'Wrong', propertyDefinitions })

  await check('a structure of an unknown property type is refused with its path', () =>
    wrong(withProperty({ name: 'A', type: 'colour' }), /propertyDefinitions\[0\]\.type/))
  await check('a structure with a property id twice is refused with its path', () => {
    const twice = { id: experiment.id, name: 'A', type: 'text' }
    return wrong(withProperty(twice, twice), /propertyDefinitions\[1\]\.id/)
  })
  await check('a structure that allows an unknown structure is refused', () =>
    wrong(withProperty({ name: 'A', type: 'entity', allowedStructures: [experiment.ids.state] }), /allowedStructures/))
  await check('a structure under an id that is taken is refused', () => wrong({ ...sampleStructure, title: 'Another' }, /given before/))
  await check('a structure file that is no JSON is refused by its name', () => wrong('{"title":', /wrong\.json/))
  await check('a collection of an unknown structure is refused', () =>
    refusedCommand(data, ['collection', 'create', '--structure', 'Nope', 'Title'], /Nope/))
}
