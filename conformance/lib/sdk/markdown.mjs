// Objects as Markdown (spec/02 §8–10, spec/04): made of a text, read as one, and brought to what an edited text says.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { check } from '../checks.mjs'
import { checkRefusal, exchangeOf, refused, revisionOf } from '../client.mjs'
import { bare, blocksOf, paragraph, textsOf, title, token, value } from '../content.mjs'

const MISSING = 'cap_not_found'
const BODY = `intro with **bold**, _italic_, ~~gone~~, \`code\` and [a link](https://example.com/a)

## Section

- one
  - nested
- two

1. first
2. second

- [ ] open
- [x] done

> quoted

\`\`\`js
const a = 1
\`\`\`

$$
E = mc^2
$$

---

End.
`
const ignoredOf = (answer) => exchangeOf(answer).headers.get('palimpsest-ignored')
const mainOf = (object) => Object.values(object.blocks)[0]
const links = (object) => blocksOf(object).flatMap((block) => block.tokens ?? []).filter((one) => one.type === 'LinkToken')

export async function markdown(world) {
  await making(world)
  await reading(world)
  await naming(world)
  await updating(world)
  await refusing(world)
}

async function making({ api, experiment, tags }) {
  await check('the first heading becomes the title and leaves the body, whose blocks are of every kind', async () => {
    const page = await api.createOfMarkdown({ structureId: 'RootPage', markdown: `# Gel protocol\n\n${BODY}` })
    assert.deepStrictEqual(page.properties.title, title('Gel protocol'))
    const blocks = mainOf(page)
    assert.deepEqual(blocks.map((block) => block.type), [...Array(9).fill('TextBlock'), 'CodeBlock', 'MathBlock', 'HorizontalLineBlock', 'TextBlock'])
    assert.deepStrictEqual(blocks[1].hierarchy, { key: 'H2', val: 2 })
    assert.deepEqual(textsOf(blocks[2].blocks), ['nested'])
    assert.deepEqual(blocks.slice(6, 8).map((block) => block.todo), [{ isDone: false }, { isDone: true }])
    assert.deepStrictEqual(blocks[0].tokens[1], token('bold', { bold: true }))
    assert.equal(ignoredOf(page), null)
  })
  await check('front matter sets properties of every type, by camel case, by name and by id', async () => {
    const { ids } = experiment
    const text = [
      '---', 'type: Experiment', 'title: "Run: 7"', 'state: running ▶', `${ids.methods}: [PCR, Gel]`, 'Yield: 3.5', 'published: true',
      'source: https://example.org/x', 'when: 2026-03-01', 'summary: read **twice**', 'remark: plain', 'samples: "[[Sample 1]]"',
      'related: ["[[Buffers]]", "[[Reagents]]"]', 'tags: [red, markdown-new]', 'aliases: [R7]', 'icon: 🚀', 'createdAt: 2024-02-03T04:05:06Z', '---', '', 'body', '',
    ].join('\n')
    const { properties, blocks } = await api.createOfMarkdown({ structureId: experiment.id, markdown: text })
    assert.deepStrictEqual(properties.title, title('Run: 7'))
    assert.deepEqual(properties[ids.methods].label.map((option) => option.name), ['PCR', 'Gel'])
    assert.equal(properties[ids.yield].number.value, 3.5)
    assert.equal(properties[ids.published].boolean.value, true)
    assert.equal(properties[ids.source].url.value, 'https://example.org/x')
    assert.deepStrictEqual(properties[ids.when].date, { dateResolution: 'day', start: '2026-03-01T00:00:00.000Z', end: null })
    assert.equal(properties[ids.remark].text.value, 'plain')
    assert.equal(properties[ids.summary].richText.value.at(-1).style.bold, true)
    assert.equal(properties[ids.samples].entity.length, 1)
    assert.equal(properties[ids.related].entity.length, 2)
    assert.equal(properties.tags.entity[0].id, tags[0].id)
    assert.deepEqual(properties.aliases.aliases.value, ['R7'])
    assert.equal(properties.icon.icon.value.val, '🚀')
    assert.equal(properties.createdAt.createdAt.value, '2024-02-03T04:05:06.000Z')
    assert.deepEqual(textsOf(Object.values(blocks)[0]), ['body'])
    assert.equal(properties[ids.state].label[0].id, 'running')
  })
  await check('a tag that front matter names and that is not there is made', async () => {
    const rows = await api.search({ query: 'markdown-new', structureIds: ['RootTag'] })
    assert.deepEqual(rows.map((row) => row.title), ['markdown-new'])
  })
  await check('tags stand in a list, with commas between, with and without brackets: none is lost', async () => {
    for (const written of ['[red, comma-1]', 'red, comma-1', '"[[red]], [[comma-1]]"', 'comma-1, [[red]]', '["#red", "[[comma-1]]"]']) {
      const { properties } = await api.createOfMarkdown({ structureId: 'RootPage', markdown: `---\ntags: ${written}\n---\n` })
      assert.equal(properties.tags?.entity.length, 2, written)
    }
  })
  await check('a task is made with notes, and its first status as ever', async () => {
    const task = await api.createOfMarkdown({ structureId: 'RootTask', markdown: '---\ntitle: "task: order"\npriority: High\n---\n\nNotes\n' })
    assert.deepStrictEqual([task.properties.title, task.properties.priority.label[0].id], [title('task: order'), 'high'])
    assert.equal(task.properties.status.label[0].name, 'Not started')
    assert.deepEqual(textsOf(task.blocks.RootTask_notes), ['Notes'])
  })
  await check('without a heading or front matter the title is empty; YAML that is none is text', async () => {
    const plain = await api.createOfMarkdown({ structureId: 'RootPage', markdown: 'only text' })
    assert.deepEqual([plain.properties.title.title.value ?? '', textsOf(mainOf(plain))], ['', ['only text']])
    const broken = await api.createOfMarkdown({ structureId: 'RootPage', markdown: '---\n: [\n---\n\nafter' })
    assert.ok(textsOf(mainOf(broken)).includes('after'))
    assert.ok(mainOf(await api.createOfMarkdown({ structureId: 'RootPage', markdown: '' })).length === 1)
  })
}

async function reading({ api, experiment, make }) {
  await check('an object reads as front matter with type and title, and a body that holds all of its text', async () => {
    const { id } = await api.createOfMarkdown({ structureId: 'RootPage', markdown: `# Read back\n\n${BODY}` })
    const text = await api.markdown(id)
    assert.match(text, /^---\ntype: Page\ntitle: Read back\n/)
    for (const part of ['**bold**', '_italic_', '~~gone~~', '`code`', '## Section', '- one', '[x] done', '> quoted', '```js', 'const a = 1', 'mc^2', 'https://example.com/a', 'End.']) {
      assert.ok(text.includes(part), `no ${part} in:\n${text}`)
    }
  })
  await check('what GET gives makes the same object again, blocks and properties, and reads the same', async () => {
    const made = await api.createOfMarkdown({ structureId: 'RootPage', markdown: `---\ntitle: Twin\ndescription: "a: b"\ntags: [red]\nicon: 🧪\n---\n\n${BODY}` })
    const text = await api.markdown(made.id)
    const twin = await api.createOfMarkdown({ structureId: 'RootPage', markdown: text })
    assert.deepStrictEqual(bare(mainOf(twin)), bare(mainOf(made)))
    const { lastUpdatedAt, ...properties } = made.properties
    const { lastUpdatedAt: _, ...again } = twin.properties
    delete properties.createdAt
    delete again.createdAt
    assert.deepStrictEqual(again, properties)
    const twinText = await api.markdown(twin.id)
    assert.equal(twinText.replace(/^createdAt:.*\n/m, ''), text.replace(/^createdAt:.*\n/m, ''))
  })
  await check('all sections are read, one after another, and the text follows each write at once', async () => {
    const { id } = await make(experiment.id, 'sections as text')
    await api.append({ id, blocks: [paragraph('in main')] })
    await api.append({ id, propertyId: experiment.ids.results, blocks: [paragraph('in results')] })
    const text = await api.markdown(id)
    assert.ok(text.indexOf('in main') > 0 && text.indexOf('in main') < text.indexOf('in results'), text)
  })
  await check('reading as Markdown takes no revision', async () => {
    const { id } = await make('RootPage', 'read only')
    const head = await api.head()
    assert.equal((await api.raw('GET', `/object/markdown?id=${id}`)).revision, head)
  })
}

async function naming({ api, make, pages: [buffers] }) {
  await check('[[Title]] links to the object of that title in every call that takes Markdown, and stays text when there is none', async () => {
    const text = 'see [[Buffers]] and [[No such thing]]'
    const page = await api.createOfMarkdown({ structureId: 'RootPage', markdown: `# Links\n\n${text}` })
    const appended = await api.append({ id: (await make('RootPage', 'appended links')).id, markdown: text })
    const link = await api.createFromUrl({ url: 'https://example.org/links', markdown: text })
    for (const object of [page, appended, link]) {
      assert.deepEqual(links(object).map((one) => [one.text, one.entityId]), [['Buffers', buffers.id]])
      assert.ok(textsOf(mainOf(object))[0].includes('[[No such thing]]'), JSON.stringify(mainOf(object)))
    }
    assert.ok((await api.markdown(page.id)).includes('see [[Buffers]] and'))
  })
  await check('[[Title|text]], [[Type/Title]] and dates are links, too', async () => {
    const { id } = await make('RootPage', 'other links')
    const object = await api.append({ id, markdown: '[[Buffers|salts]] [[Page/Buffers]] [[date/2026-11-22]]' })
    const [named, typed, day] = links(object)
    assert.deepEqual([named.text, named.entityId, typed.entityId], ['salts', buffers.id, buffers.id])
    assert.equal(day.date.start, '2026-11-22T00:00:00.000Z')
  })
  await check('#tag links to the tag; it is made once, whatever the case, and found by search', async () => {
    const { id } = await make('RootPage', 'tagged')
    const first = await api.append({ id, markdown: 'a #fresh-tag and #red, but not \\#this or #1' })
    const [fresh, red] = links(first)
    assert.equal(links(first).length, 2)
    assert.deepEqual((await api.search({ query: 'fresh-tag', structureIds: ['RootTag'] })).map((row) => row.id), [fresh.entityId])
    assert.deepEqual((await api.search({ query: 'red', structureIds: ['RootTag'] }))[0].id, red.entityId)
    const second = await api.createOfMarkdown({ structureId: 'RootPage', markdown: '#Fresh-Tag' })
    assert.equal(links(second)[0].entityId, fresh.entityId)
  })
  await check('a write and the tags that it makes are one revision', async () => {
    const { id } = await make('RootPage', 'one revision')
    const head = await api.head()
    const answer = await api.append({ id, markdown: '#brand-new-1 #brand-new-2' })
    assert.equal(revisionOf(answer), head + 1)
  })
  await check('the same new tag from many writers at once is made once', async () => {
    const { id } = await make('RootPage', 'many taggers')
    await Promise.all(Array.from({ length: 16 }, (_, number) => api.amongOthers.append({ id, markdown: `${number} #contended` })))
    assert.equal(new Set(links(await api.get(id)).map((one) => one.entityId)).size, 1)
    assert.equal((await api.search({ query: 'contended', structureIds: ['RootTag'] })).length, 1)
  })
}

async function updating({ api, make, experiment }) {
  const page = async () => api.createOfMarkdown({ structureId: 'RootPage', markdown: `---\ntitle: Draft\ndescription: kept\n---\n\n${BODY}` })

  await check('PATCH of front matter alone changes what it names and nothing else', async () => {
    const before = await page()
    const after = await api.updateOfMarkdown({ id: before.id, markdown: '---\ntitle: Final\n---\n' })
    assert.deepStrictEqual(after.properties.title, title('Final'))
    assert.deepStrictEqual(after.properties.description, before.properties.description)
    assert.deepStrictEqual(after.blocks, before.blocks)
  })
  await check('PATCH with what GET gave changes nothing and takes no revision', async () => {
    const before = await page()
    const head = await api.head()
    const after = await api.updateOfMarkdown({ id: before.id, markdown: await api.markdown(before.id) })
    assert.deepStrictEqual(after, before)
    assert.equal(await api.head(), head)
  })
  await check('PATCH with one changed paragraph changes that block, whose id stays, and no other', async () => {
    const before = await page()
    const text = (await api.markdown(before.id)).replace('quoted', 'quoted, and changed').replace('title: Draft', 'title: Second draft')
    const after = await api.updateOfMarkdown({ id: before.id, markdown: text })
    const changed = mainOf(after).filter((block, index) => JSON.stringify(block) !== JSON.stringify(mainOf(before)[index]))
    assert.deepEqual(textsOf(changed), ['quoted, and changed'])
    assert.deepEqual(mainOf(after).map((block) => block.id), mainOf(before).map((block) => block.id))
    assert.deepStrictEqual(after.properties.title, title('Second draft'))
  })
  await check('PATCH keeps what Markdown cannot say in blocks whose text it does not change', async () => {
    const { id } = await make('RootPage', 'colours')
    const written = [paragraph('loud', { colorTheme: 'bg-red' }), paragraph('plain'), { type: 'GridBlock', dividers: [50], gridLayout: 'grid', columns: [[paragraph('left')], [paragraph('right')]] }]
    const before = await api.append({ id, blocks: written })
    const after = await api.updateOfMarkdown({ id, markdown: (await api.markdown(id)).replace('plain', 'PLAIN') })
    assert.deepStrictEqual(mainOf(after)[0], mainOf(before)[0])
    assert.deepStrictEqual(mainOf(after)[2], mainOf(before)[2])
    assert.deepEqual(textsOf(mainOf(after).slice(0, 2)), ['loud', 'PLAIN'])
  })
  await check('PATCH inserts and removes where the text does', async () => {
    const before = await page()
    const text = (await api.markdown(before.id)).replace(/> quoted\n\n/, '').replace('End.', 'Inserted.\n\nEnd.')
    const after = await api.updateOfMarkdown({ id: before.id, markdown: text })
    const ids = new Set(mainOf(after).map((block) => block.id))
    const gone = mainOf(before).filter((block) => !ids.has(block.id))
    assert.deepEqual(textsOf(gone), ['quoted'])
    assert.deepEqual(textsOf(mainOf(after).slice(-2)), ['Inserted.', 'End.'])
  })
  await check('PATCH works on custom types, weblinks and daily notes', async () => {
    const custom = await make(experiment.id, 'custom')
    const changed = await api.updateOfMarkdown({ id: custom.id, markdown: '---\nyield: 7\n---\n\nnew body' })
    assert.equal(changed.properties[experiment.ids.yield].number.value, 7)
    assert.deepEqual(textsOf(mainOf(changed)), ['new body'])
    const link = await api.createFromUrl({ url: 'https://example.org/patched' })
    const renamed = await api.updateOfMarkdown({ id: link.id, markdown: '---\ntitle: Renamed\n---\n\nread it' })
    assert.deepStrictEqual([renamed.properties.title, textsOf(renamed.blocks.media_notes)], [title('Renamed'), ['read it']])
    await api.appendDaily({ date: '2026-02-02T00:00:00.000Z', noTimeStamp: true, markdown: 'written' })
    const note = await api.dailyNote('2026-02-02')
    const edited = await api.updateOfMarkdown({ id: note.id, markdown: (await api.markdown(note.id)).replace('written', 'edited') })
    assert.deepEqual(textsOf(edited.blocks.RootDailyNote_notes), ['edited'])
  })
  await check('keys that name nothing are named in Palimpsest-Ignored and refused when the client is strict', async () => {
    const { id } = await page()
    const body = { id, markdown: '---\nnonsense: 1\nlastUpdatedAt: 2020-01-01\ntitle: Half\n---\n' }
    const after = await api.updateOfMarkdown(body)
    assert.deepStrictEqual(after.properties.title, title('Half'))
    for (const key of ['nonsense', 'lastUpdatedAt']) assert.match(ignoredOf(after) ?? '', new RegExp(key))
    const head = await api.head()
    const told = checkRefusal(await api.raw('PATCH', '/object/markdown', { ...body, markdown: '---\nnonsense: 1\ntitle: Whole\n---\n' }, { Prefer: 'handling=strict' }), 400, 'cap_invalid_input')
    assert.match(told.message, /nonsense/)
    assert.equal(await api.head(), head)
  })
}

async function refusing({ api }) {
  await check('an unknown object has no Markdown and takes none', async () => {
    await refused(api.markdown(randomUUID()), 404, MISSING)
    checkRefusal(await api.raw('PATCH', '/object/markdown', { id: randomUUID(), markdown: 'x' }), 404, MISSING)
  })
  await check('a label option that is not there is an error, and nothing is made', async () => {
    const head = await api.head()
    await refused(api.createOfMarkdown({ structureId: 'RootTask', markdown: '---\ntitle: x\npriority: Nope\n---\n' }), 400, 'cap_invalid_input')
    assert.equal(await api.head(), head)
  })
  await check('bodies without id, structureId or markdown are refused, and daily notes are not made of Markdown', async () => {
    for (const [method, body] of [['POST', { structureId: 'RootPage' }], ['POST', { markdown: 'x' }], ['PATCH', { markdown: 'x' }], ['PATCH', { id: randomUUID() }]]) {
      checkRefusal(await api.raw(method, '/object/markdown', body), 400, 'cap_invalid_input')
    }
    const { message } = checkRefusal(await api.raw('POST', '/object/markdown', { structureId: 'RootDailyNote', markdown: 'x' }), 400, 'cap_invalid_input')
    assert.match(message, /This object type cannot be created via this endpoint\./)
  })
}
