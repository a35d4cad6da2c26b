// Property values (spec/03 §3, spec/10 "Properties").

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { check } from '../checks.mjs'
import { checkRefusal, exchangeOf, refused, revisionOf } from '../client.mjs'
import { title, token, value } from '../content.mjs'

const INVALID = 'cap_invalid_input'
const DAY = '2026-03-01T00:00:00.000Z'
const ODD_TEXT = 'Ünï ✅ 漢字 "q" \\ \t\n\u2028 \u0000 \u{1F9EA} </script>'

export async function properties(world) {
  const { api, tags, pages, sample, experiment } = world
  const { ids } = experiment
  const structures = await api.structures()
  const structure = (id) => structures.find((one) => one.id === id)
  const option = (id, index) => structure(experiment.id).propertyDefinitions.find((one) => one.id === id).labelSet[index]
  const entities = (...objects) => value('entity', objects.map(({ id }) => ({ id })))

  const richText = value('richText', {
    value: [
      token('rich ', { bold: true, italic: false }),
      token('plain', {}),
      token('red', { underline: true, strikethrough: true }, { color: 'bg-red' }),
      { type: 'CodeToken', text: 'let x = 1' },
      { type: 'LinkToken', text: 'site', url: 'https://example.com/?a=1&b=%20#c' },
      { type: 'LinkToken', text: 'page', entityId: pages[0].id },
      { type: 'LinkToken', text: 'day', date: { dateResolution: 'day', start: DAY, end: null } },
      { type: 'MathToken', text: '\\frac{1}{2}' },
    ],
  })

  /** A value to write into a property, by its type. */
  const sampleOf = (definition) => {
    switch (definition.type) {
      case 'title': return title('A title')
      case 'text': return value('text', { value: ODD_TEXT })
      case 'number': return value('number', { value: -3.25 })
      case 'boolean': return value('boolean', { value: false })
      case 'url': return value('url', { value: 'https://example.com/%7Ea/?q=ä&r=%C3%A4#§' })
      case 'date': return value('date', { dateResolution: 'day', start: DAY, end: null })
      case 'label': return value('label', definition.multiple ? definition.labelSet.slice(1) : definition.labelSet.slice(1, 2))
      case 'entity': return definition.allowedStructures?.includes('RootTag') ? entities(tags[2], tags[0]) : entities(pages[1], sample)
      case 'aliases': return value('aliases', { value: ['second', 'first'] })
      case 'icon': return value('icon', { value: { type: 'emoji', val: '🧪' } })
      case 'createdAt': return value('createdAt', { value: '2024-02-03T04:05:06.789Z' })
      case 'richText': return richText
      default: return assert.fail(`a type that this suite does not know: ${definition.type}`)
    }
  }

  /** How a property is emptied, by its type; a title and createdAt are not. */
  const emptied = {
    ...Object.fromEntries(['text', 'number', 'boolean', 'url', 'icon'].map((type) => [type, { value: null }])),
    date: { start: null },
    label: [],
    entity: [],
    aliases: { value: [] },
    richText: { value: [] },
  }

  for (const id of ['RootPage', 'RootTag', 'RootTask', experiment.id]) {
    const { title: name, propertyDefinitions } = structure(id)
    const writable = propertyDefinitions.filter((one) => one.writable)
    const values = Object.fromEntries(writable.map((one) => [one.id, sampleOf(one)]))
    let object

    await check(`every writable property of ${name} round-trips exactly when the object is created with it`, async () => {
      object = await api.create({ structureId: id, properties: values })
      const { lastUpdatedAt, ...read } = object.properties
      assert.deepStrictEqual(read, values)
    })

    await check(`every writable property of ${name} round-trips exactly when it is written alone, and the others stay`, async () => {
      const { id: alone } = await api.create({ structureId: id })
      for (const definition of writable) {
        const before = await api.get(alone)
        const after = await api.update({ id: alone, properties: { [definition.id]: values[definition.id] } })
        const { lastUpdatedAt: then, ...untouched } = before.properties
        const { lastUpdatedAt: now, ...read } = after.properties
        assert.deepStrictEqual(read, { ...untouched, [definition.id]: values[definition.id] })
      }
    })

    await check(`cleared properties of ${name} answer null or [] or are absent, and stay so`, async () => {
      const clearable = writable.filter((one) => emptied[one.type])
      const properties = Object.fromEntries(clearable.map((one) => [one.id, value(one.type, emptied[one.type])]))
      await api.update({ id: object.id, properties })
      const { properties: read } = await api.update({ id: object.id, properties: { title: title('cleared') } })
      for (const { id: cleared, type } of clearable) {
        const left = read[cleared] ?? value(type, emptied[type])
        if (type === 'date') assert.deepStrictEqual([left.date.start, left.date.end ?? null], [null, null])
        else assert.deepStrictEqual(left, value(type, emptied[type]))
      }
      assert.deepStrictEqual(read.title, title('cleared'))
    })
  }

  await check('a task begins as Not started', async () => {
    const task = await api.create({ structureId: 'RootTask', properties: { title: title('t') } })
    assert.deepEqual(task.properties.status.label.map((one) => one.id), ['not-started'])
  })

  await check('clearing the status of a task does not bring its default back', async () => {
    const { id } = await api.create({ structureId: 'RootTask' })
    await api.update({ id, properties: { status: value('label', []) } })
    const task = await api.update({ id, properties: { title: title('later') } })
    assert.deepEqual(task.properties.status?.label ?? [], [])
    const born = await api.create({ structureId: 'RootTask', properties: { status: value('label', []) } })
    assert.deepEqual(born.properties.status?.label ?? [], [])
  })

  const task = await api.create({ structureId: 'RootTask', properties: { title: title('dates') } })
  const wroteDate = async (payload) => {
    const { properties } = await api.update({ id: task.id, properties: { date: value('date', payload) } })
    return properties.date.date
  }

  await check('a date sent with `end: null` or without `end` comes back with `end: null`', async () => {
    const wanted = { dateResolution: 'day', start: DAY, end: null }
    assert.deepStrictEqual(await wroteDate({ ...wanted }), wanted)
    assert.deepStrictEqual(await wroteDate({ dateResolution: 'day', start: DAY }), wanted)
  })
  await check('a date without a resolution is a day', async () =>
    assert.deepStrictEqual(await wroteDate({ start: DAY }), { dateResolution: 'day', start: DAY, end: null }))
  await check('days come back as midnight UTC of their UTC day', async () => {
    for (const start of ['2026-03-01', '2026-03-01T15:30:00Z', '2026-03-02T01:30:00+02:00', DAY]) {
      assert.equal((await wroteDate({ dateResolution: 'day', start })).start, DAY, start)
    }
  })
  await check('times come back in milliseconds UTC', async () => {
    const start = '2026-03-01T15:30:01.500Z'
    assert.deepStrictEqual(await wroteDate({ dateResolution: 'time', start }), { dateResolution: 'time', start, end: null })
    assert.equal((await wroteDate({ dateResolution: 'time', start: '2026-03-01T17:30:01+02:00' })).start, '2026-03-01T15:30:01.000Z')
  })
  await check('ranges of days and of times come back', async () => {
    const days = { dateResolution: 'day', start: DAY, end: '2026-03-04T00:00:00.000Z' }
    const times = { dateResolution: 'time', start: '2026-03-01T08:00:00.000Z', end: '2026-03-01T09:15:00.000Z' }
    assert.deepStrictEqual(await wroteDate(days), days)
    assert.deepStrictEqual(await wroteDate(times), times)
  })
  await check('a date without a start is cleared together with its end', async () => {
    const read = await wroteDate({ start: null, end: DAY })
    assert.deepStrictEqual([read.start, read.end], [null, null])
  })

  const labels = (...chosen) => value('label', chosen)
  await check('a label is answered as the stored option, whatever name and colour were sent', async () => {
    const sent = labels({ id: 'running', name: 'running', color: 'red' })
    const { properties } = await api.create({ structureId: experiment.id, properties: { [ids.state]: sent } })
    assert.deepStrictEqual(properties[ids.state], labels({ id: 'running', name: 'Running ▶', color: 'yellow' }))
  })
  await check('an option without a colour is answered without one', async () => {
    const { properties } = await api.create({ structureId: experiment.id, properties: { [ids.state]: labels({ id: 'over', name: 'over' }) } })
    assert.deepStrictEqual(properties[ids.state], labels({ id: 'over', name: 'Over' }))
  })
  await check('a label of one keeps the first of several options', async () => {
    const sent = labels(option(ids.state, 2), option(ids.state, 0))
    const { properties } = await api.create({ structureId: experiment.id, properties: { [ids.state]: sent } })
    assert.deepStrictEqual(properties[ids.state], labels(option(ids.state, 2)))
  })
  await check('a label of several keeps the order sent and each option once', async () => {
    const [first, second, third] = [3, 0, 2].map((index) => option(ids.methods, index))
    const sent = labels(first, second, first, third, second)
    const { properties } = await api.create({ structureId: experiment.id, properties: { [ids.methods]: sent } })
    assert.deepStrictEqual(properties[ids.methods], labels(first, second, third))
  })

  await check('entities and aliases come back in the order sent', async () => {
    for (const order of [[0, 1, 2], [2, 0, 1]]) {
      const properties = {
        tags: entities(...order.map((index) => tags[index])),
        aliases: value('aliases', { value: order.map((index) => `alias ${index}`) }),
      }
      const page = await api.update({ id: pages[0].id, properties })
      assert.deepStrictEqual(page.properties.tags, properties.tags)
      assert.deepStrictEqual(page.properties.aliases, properties.aliases)
    }
  })
  await check('an entity property without allowed structures takes any object, also its own', async () => {
    const { id } = await api.create({ structureId: experiment.id })
    const sent = entities(tags[0], { id }, task, sample)
    assert.deepStrictEqual((await api.update({ id, properties: { [ids.related]: sent } })).properties[ids.related], sent)
  })

  const experimentWith = async (name, payload) => {
    const { properties } = await api.create({ structureId: experiment.id, properties: { [ids[name]]: payload } })
    return properties[ids[name]]
  }
  await check('numbers come back as the numbers they are', async () => {
    for (const number of [0, -1, 50, 1e-7, 2 ** 53 - 1, 1e21, 5e-324, 1.7976931348623157e308]) {
      assert.deepStrictEqual(await experimentWith('yield', value('number', { value: number })), value('number', { value: number }))
    }
  })
  await check('a thousand random numbers come back to the last bit', async () => {
    const numbers = Array.from({ length: 1000 }, (_, index) => (index % 2 ? Math.random() : Math.random() * 10 ** (index % 300) - 0.5))
    const grid = { type: 'GridBlock', dividers: numbers, columns: [[], []] }
    const { blocks } = await api.create({ structureId: 'RootPage', blocks: { [Object.keys(pages[0].blocks)[0]]: [grid] } })
    assert.deepStrictEqual(Object.values(blocks)[0][0].dividers, numbers)
  })
  await check('true and false are kept apart from nothing', async () => {
    for (const flag of [true, false]) {
      assert.deepStrictEqual(await experimentWith('published', value('boolean', { value: flag })), value('boolean', { value: flag }))
    }
  })
  await check('a URL is kept byte for byte, whatever it is', async () => {
    for (const url of ['https://example.com', 'HTTP://Example.com:80/a/../b?x= y', 'mailto:a@example.com', 'no url']) {
      assert.equal((await experimentWith('source', value('url', { value: url }))).url.value, url)
    }
  })
  await check('an iconify icon round-trips, another weight of it is refused', async () => {
    const icon = (val) => value('icon', { value: { type: 'iconify', val } })
    const page = await api.create({ structureId: 'RootPage', properties: { icon: icon('ph-flask') } })
    assert.deepStrictEqual(page.properties.icon, icon('ph-flask'))
    await refused(api.update({ id: page.id, properties: { icon: icon('ph-flask-duotone') } }), 400, INVALID)
  })
  await check('eight aliases are kept, nine refused', async () => {
    const aliases = (count) => value('aliases', { value: [...'abcdefghi'].slice(0, count) })
    const page = await api.create({ structureId: 'RootPage', properties: { aliases: aliases(8) } })
    assert.deepStrictEqual(page.properties.aliases, aliases(8))
    checkRefusal(await api.raw('PATCH', '/object', { id: page.id, properties: { aliases: aliases(9) } }), 400, INVALID)
  })
  await check('a title may be long, odd or nothing', async () => {
    for (const text of ['x'.repeat(3000), ODD_TEXT, '', null]) {
      const page = await api.create({ structureId: 'RootPage', properties: { title: title(text) } })
      assert.deepStrictEqual(page.properties.title, title(text))
    }
  })
  await check('createdAt can be set, and is the time of creation when it is not', async () => {
    const begun = Date.now()
    const page = await api.create({ structureId: 'RootPage' })
    const made = Date.parse(page.properties.createdAt.createdAt.value)
    assert.ok(made >= begun - 1000 && made <= Date.now() + 1000, page.properties.createdAt.createdAt.value)
    const sent = value('createdAt', { value: '1999-12-31T23:59:59.999Z' })
    assert.deepStrictEqual((await api.update({ id: page.id, properties: { createdAt: sent } })).properties.createdAt, sent)
  })
  await check('lastUpdatedAt tells the time of the last change', async () => {
    const page = await api.create({ structureId: 'RootPage' })
    const before = Date.parse(page.properties.lastUpdatedAt.lastUpdatedAt.value)
    const after = await api.update({ id: page.id, properties: { title: title('changed') } })
    const now = Date.parse(after.properties.lastUpdatedAt.lastUpdatedAt.value)
    assert.ok(now >= before && Math.abs(now - Date.now()) < 5000)
  })

  const subject = await api.create({ structureId: experiment.id, properties: { title: title('steady'), [ids.state]: labels(option(ids.state, 0)) } })
  const refusals = {
    'a read-only property': { lastUpdatedAt: value('lastUpdatedAt', { value: '2020-01-01T00:00:00.000Z' }) },
    'a read-only property, by a value of another type': { lastUpdatedAt: value('createdAt', { value: '2020-01-01T00:00:00.000Z' }) },
    'an unknown property': { [randomUUID()]: value('text', { value: 'x' }) },
    'a value of the wrong type': { [ids.yield]: value('text', { value: '5' }) },
    'a payload of the wrong type': { [ids.yield]: value('number', { value: '5' }) },
    'a value whose type and payload differ': { [ids.yield]: { type: 'number', text: { value: 'x' } } },
    'a body section as a property': { [ids.protocol]: value('text', { value: 'x' }) },
    'an unknown label option': { [ids.state]: labels({ id: 'nope', name: 'Nope' }) },
    'an entity that does not exist': { [ids.related]: entities({ id: randomUUID() }) },
    'an entity of a structure that is not allowed': { [ids.samples]: entities(pages[0], tags[0]) },
    'an icon that is no emoji': { icon: value('icon', { value: { type: 'emoji', val: 'word' } }) },
    'a date that is none': { [ids.when]: value('date', { start: 'tomorrow' }) },
    'a createdAt that is no time': { createdAt: value('createdAt', { value: 'yesterday' }) },
  }
  for (const [what, wrong] of Object.entries(refusals)) {
    await check(`${what} is a 400 that names its path, and nothing beside it is written`, async () => {
      const before = exchangeOf(await api.get(subject.id))
      const [property] = Object.keys(wrong)
      const properties = { title: title('must not be written'), ...wrong }
      const body = checkRefusal(await api.raw('PATCH', '/object', { id: subject.id, properties }), 400, INVALID)
      assert.ok(body.message.includes(`→ at properties`) && body.message.includes(property), body.message)
      checkRefusal(await api.raw('POST', '/object', { structureId: experiment.id, properties }), 400, INVALID)
      const after = exchangeOf(await api.get(subject.id))
      assert.equal(after.text, before.text)
      assert.equal(after.revision, before.revision)
    })
  }

  await check('every problem of a request is told at once', async () => {
    const wrong = { title: value('number', { value: 1 }), [ids.state]: labels({ id: 'nope', name: 'n' }), [randomUUID()]: title('x') }
    const { message } = checkRefusal(await api.raw('PATCH', '/object', { id: subject.id, properties: wrong }), 400, INVALID)
    assert.equal(message.split('\n').filter((line) => line.startsWith('✖ ')).length, 3, message)
    for (const id of Object.keys(wrong)) assert.ok(message.includes(id), message)
  })

  await check('writing what is there already takes no revision', async () => {
    const before = await api.get(subject.id)
    const after = await api.update({ id: subject.id, properties: { title: before.properties.title } })
    assert.equal(revisionOf(after), revisionOf(before))
    assert.deepStrictEqual(after, before)
  })
  await check('a write takes the next revision', async () => {
    const head = await api.head()
    assert.equal(revisionOf(await api.update({ id: subject.id, properties: { title: title('next') } })), head + 1)
  })
}
