// The custom types that field clients work with (spec/02, 03, 08, 10), made over HTTP, filled and read with the SDK, and changed.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { check } from '../checks.mjs'
import { checkRefusal, exchangeOf, parseExactly, sdk } from '../client.mjs'
import { BASE, paragraph, textsOf, title, token, UUID, value } from '../content.mjs'

const HUES = ['gray', 'rose', 'pink', 'fuchsia', 'purple', 'violet', 'indigo', 'blue', 'sky', 'cyan', 'teal', 'emerald', 'green', 'lime', 'yellow', 'amber', 'orange', 'red']
const OWN = ['title', 'description', 'tags', 'aliases', 'icon', 'createdAt', 'lastUpdatedAt']

const COMPANY = { id: randomUUID(), title: 'Company', pluralName: 'Companies', labelColor: 'purple' }
const PERSON = { id: randomUUID(), title: 'Person', pluralName: 'People' }

/** Job postings as a browser extension captures them: a text, a link, an entity, and sections of a template. */
const JOB = {
  type: { id: randomUUID(), title: 'Job', pluralName: 'Jobs', labelColor: 'blue' },
  properties: [
    { name: 'Salary range', type: 'text' },
    { name: 'Iframe URL', type: 'url' },
    { name: 'Works for', type: 'entity', allowedStructures: [COMPANY.id] },
    { name: 'Job description', type: 'blocks' },
    { name: 'Notes', type: 'blocks' },
  ],
}

/** Meetings, whose properties note takers name as they are shown. */
const MEETING = {
  type: { id: randomUUID(), title: 'Meeting', labelColor: 'teal' },
  properties: [
    { name: 'Attendees', type: 'entity', allowedStructures: [PERSON.id, 'RootPage'] },
    { name: 'Date', type: 'date' },
    {
      name: 'Type',
      type: 'label',
      multiple: false,
      labelSet: [{ id: 'low', name: 'Low' }, { id: 'high', name: 'High', color: 'red' }],
    },
  ],
}

/** Every type of value that can be given to a property, and every colour of an option. */
const READING = {
  type: { id: randomUUID(), title: 'Reading ✅', pluralName: 'Readings', labelColor: 'amber' },
  properties: [
    { name: 'Text', type: 'text' },
    { name: 'Pages', type: 'number' },
    { name: 'Done', type: 'boolean' },
    { name: 'Source', type: 'url' },
    { name: 'When', type: 'date' },
    { name: 'Span', type: 'date' },
    { name: 'Status', type: 'label', labelSet: ['Not started', 'In progress', 'Done'].map((name) => ({ name })) },
    { name: 'Topics', type: 'label', multiple: true, labelSet: HUES.map((color) => ({ id: `topic ${color}`, name: color, color })) },
    { name: 'Related', type: 'entity' },
    { name: 'Description', type: 'richText' },
    { name: 'Excerpts', type: 'blocks' },
  ],
}

export async function types(world) {
  const { api } = world
  const structureOf = (exchange) => {
    assert.equal(exchange.status, 200, exchange.line)
    return parseExactly(sdk.spaceStructureSchema, exchange.json)
  }
  const post = async (path, body) => structureOf(await api.raw('POST', path, body))
  const change = async (body) => structureOf(await api.raw('PATCH', '/space/properties', body))
  const listed = async (id) => (await api.structures()).find((one) => one.id === id)
  const named = (structure, name) =>
    structure.propertyDefinitions.find((one) => one.name === name && !OWN.includes(one.id)) ?? assert.fail(`${structure.title} has no ${name}`)

  /** What was defined is what is listed, with an id for whatever had none; a body section is not listed. */
  const assertDefined = (structure, { type, properties }) => {
    const { id, title: singular, pluralName, labelColor } = structure
    assert.deepEqual({ pluralName, labelColor, ...type }, { id, title: singular, pluralName, labelColor })
    assert.deepEqual(structure.propertyDefinitions.slice(0, OWN.length).map((one) => one.id), OWN)
    const wanted = properties.filter((one) => one.type !== 'blocks')
    const own = structure.propertyDefinitions.slice(OWN.length)
    assert.deepEqual(own.map((one) => [one.name, one.type, one.writable]), wanted.map((one) => [one.name, one.type, true]))
    for (const [index, { labelSet, multiple, allowedStructures }] of wanted.entries()) {
      assert.match(own[index].id, UUID)
      assert.deepEqual(own[index].allowedStructures ?? [], allowedStructures ?? [])
      assert.equal(own[index].multiple, labelSet && (multiple ?? false))
      assert.equal(own[index].labelSet?.length, labelSet?.length)
      for (const [option, sent] of (labelSet ?? []).entries()) {
        const read = own[index].labelSet[option]
        assert.deepEqual(read, { id: read.id, ...sent })
      }
    }
  }

  await check('plain types are made, and answered as the SDK knows structures', async () => {
    for (const type of [COMPANY, PERSON]) assertDefined(await post('/space/structures', type), { type, properties: [] })
  })
  await check('a type is made with all its properties at once', async () => {
    for (const { type, properties } of [JOB, READING]) {
      const made = await post('/space/structures', { ...type, propertyDefinitions: properties })
      assertDefined(made, { type, properties })
      assert.deepEqual(await listed(type.id), made)
    }
  })
  await check('a type gets its properties one by one', async () => {
    let made = await post('/space/structures', MEETING.type)
    for (const definition of MEETING.properties) made = await post('/space/properties', { structureId: MEETING.type.id, ...definition })
    assertDefined(made, MEETING)
    assert.deepEqual(await listed(MEETING.type.id), made)
  })

  const [job, meeting, reading] = await Promise.all([JOB, MEETING, READING].map(({ type }) => listed(type.id)))
  const [company, person] = [await world.make(COMPANY.id, 'Octo GmbH'), await world.make(PERSON.id, 'Ada')]
  const entities = (...objects) => value('entity', objects.map(({ id }) => ({ id })))
  const propertiesOf = (structure, values) => Object.fromEntries(Object.entries(values).map(([name, one]) => [named(structure, name).id, one]))

  const assertKept = async (structure, values) => {
    const sent = { title: title(`A ${structure.title}`), ...propertiesOf(structure, values) }
    const made = await api.create({ structureId: structure.id, properties: sent })
    const again = await api.create({ structureId: structure.id })
    const updated = await api.update({ id: again.id, properties: sent })
    for (const object of [made, updated]) {
      const { lastUpdatedAt, createdAt, ...read } = object.properties
      assert.deepStrictEqual(read, sent)
    }
    return made
  }

  await check('a job takes a text, a link and a company, and has a body for each section', async () => {
    const made = await assertKept(job, {
      'Salary range': value('text', { value: '70–90 k€' }),
      'Iframe URL': value('url', { value: 'https://example.org/jobs/1?embed=1' }),
      'Works for': entities(company),
    })
    const sections = Object.keys(made.blocks)
    assert.equal(sections.length, 3)
    for (const section of sections) assert.match(section, UUID)
    const [main, ...others] = sections.map((section) => made.blocks[section].map(({ id, ...block }) => block))
    assert.deepEqual(main, [{ type: 'TextBlock', tokens: [], blocks: [], hierarchy: BASE }])
    assert.deepEqual(others.flat(), [])
    const filled = await api.update({ id: made.id, blocks: Object.fromEntries(sections.map((id, index) => [id, [paragraph(`section ${index}`)]])) })
    assert.deepEqual(sections.map((id) => textsOf(filled.blocks[id])), [['section 0'], ['section 1'], ['section 2']])
  })
  await check('a job is made of Markdown by the names of its properties', async () => {
    const front = `---\ntitle: Engineer\nsalaryRange: 80 k€\niframeUrl: https://example.org/2\nworksFor: Octo GmbH\n---\n\nRead **this**.\n`
    const { properties } = await api.createOfMarkdown({ structureId: job.id, markdown: front })
    assert.deepEqual(properties.title, title('Engineer'))
    assert.deepEqual(properties[named(job, 'Salary range').id], value('text', { value: '80 k€' }))
    assert.deepEqual(properties[named(job, 'Iframe URL').id], value('url', { value: 'https://example.org/2' }))
    assert.deepEqual(properties[named(job, 'Works for').id], entities(company))
  })
  await check('a meeting takes its people, its day and an option, which is answered as it is stored', async () => {
    const [low, high] = named(meeting, 'Type').labelSet
    await assertKept(meeting, {
      Attendees: entities(person, world.pages[0]),
      Date: value('date', { dateResolution: 'day', start: '2026-12-01T00:00:00.000Z', end: null }),
      Type: value('label', [high]),
    })
    const sent = propertiesOf(meeting, { Type: value('label', [{ id: low.id, name: low.id }]) })
    const made = await api.create({ structureId: meeting.id, properties: sent })
    assert.deepStrictEqual(made.properties[named(meeting, 'Type').id], value('label', [{ id: 'low', name: 'Low' }]))
  })

  const everything = {
    Text: value('text', { value: 'Ünï ✅' }),
    Pages: value('number', { value: 312 }),
    Done: value('boolean', { value: false }),
    Source: value('url', { value: 'https://example.org/paper' }),
    When: value('date', { dateResolution: 'time', start: '2026-12-01T14:05:00.000Z', end: null }),
    Span: value('date', { dateResolution: 'day', start: '2026-12-01T00:00:00.000Z', end: '2026-12-05T00:00:00.000Z' }),
    Status: value('label', [named(reading, 'Status').labelSet[1]]),
    Topics: value('label', [named(reading, 'Topics').labelSet[17], named(reading, 'Topics').labelSet[3]]),
    Related: entities(company, world.tags[0]),
    Description: value('richText', { value: [token('plain')] }),
  }
  let object
  await check('a type of every kind of value takes all of them, in every colour', async () => { object = await assertKept(reading, everything) })

  const retype = (name, type, more = {}) => change({ structureId: reading.id, id: named(reading, name).id, type, ...more })
  const became = async (name) => (await api.get(object.id)).properties[named(reading, name).id]
  const text = (says) => value('text', { value: says })
  const there = {
    Pages: ['text', text('312')],
    Done: ['richText', value('richText', { value: [token('false')] })],
    Source: ['text', text('https://example.org/paper')],
    When: ['text', text('2026-12-01T14:05:00.000Z')],
    Span: ['text', text('2026-12-01/2026-12-05')],
    Status: ['text', text('In progress')],
    Description: ['text', text('plain')],
  }
  for (const [name, [type, wanted]] of Object.entries(there)) {
    await check(`${name} becomes a value of type ${type}, and what it was again`, async () => {
      const { type: before, labelSet, multiple } = named(reading, name)
      const dry = await retype(name, type, { dryRun: true })
      assert.deepStrictEqual(await became(name), everything[name])
      assert.deepEqual(await retype(name, type), dry)
      assert.deepStrictEqual(await became(name), wanted)
      const back = await retype(name, before, { labelSet, multiple })
      assert.deepEqual(back, reading)
      assert.deepStrictEqual(await became(name), everything[name])
    })
  }
  await check('a text becomes a label whose options are what was said', async () => {
    const structure = await retype('Text', 'label')
    const { labelSet, multiple } = named(structure, 'Text')
    assert.deepEqual([multiple, labelSet.map((option) => option.name)], [false, ['Ünï ✅']])
    assert.match(labelSet[0].id, UUID)
    assert.deepStrictEqual(await became('Text'), value('label', labelSet))
    assert.deepEqual(await retype('Text', 'text'), reading)
    assert.deepStrictEqual(await became('Text'), everything.Text)
  })
  await check('what does not convert is refused with the objects that hold it, dry or not, and nothing changes', async () => {
    const before = exchangeOf(await api.get(object.id))
    for (const dryRun of [true, false]) {
      const id = named(reading, 'Text').id
      const answer = await api.raw('PATCH', '/space/properties', { structureId: reading.id, id, type: 'number', dryRun })
      const { details } = checkRefusal(answer, 409, 'cap_conflict')
      assert.equal(details.count, 2)
      assert.ok(details.objects.includes(object.id))
    }
    const after = exchangeOf(await api.get(object.id))
    assert.deepEqual([after.text, after.revision], [before.text, before.revision])
    assert.deepEqual(await listed(reading.id), reading)
  })
  await check('a built-in property keeps its type', async () => {
    for (const [structureId, id] of [[reading.id, 'title'], [reading.id, 'tags'], ['RootTask', 'status'], ['RootPage', 'description']]) {
      const answer = await api.raw('PATCH', '/space/properties', { structureId, id, type: 'number' })
      assert.match(checkRefusal(answer, 400, 'cap_invalid_input').message, /→ at type/)
    }
  })
}
