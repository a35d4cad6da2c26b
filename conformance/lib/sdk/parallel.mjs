// Many writers at once: nothing is lost, every write has a revision of its own.

import assert from 'node:assert/strict'
import { check } from '../checks.mjs'
import { revisionOf } from '../client.mjs'
import { flat, paragraph, textOf, textsOf, title } from '../content.mjs'

const times = (count, make) => Promise.all(Array.from({ length: count }, (_, index) => make(index)))
const mainOf = (object) => Object.values(object.blocks)[0]

export async function parallel({ api, make }) {
  const many = api.amongOthers
  const consecutive = (answers, head) => {
    const revisions = answers.map(revisionOf).sort((a, b) => a - b)
    assert.deepEqual(revisions, Array.from(answers, (_, index) => head + 1 + index), 'each write has the next revision')
  }

  for (const count of [10, 64]) {
    await check(`${count} parallel appends to one object are all kept`, async () => {
      const { id } = await make('RootPage', 'parallel')
      const head = await api.head()
      const answers = await times(count, (index) => many.append({ id, blocks: [paragraph(`append ${index}`)] }))
      consecutive(answers, head)
      for (const [index, answer] of answers.entries()) assert.ok(textsOf(mainOf(answer)).includes(`append ${index}`), 'an answer shows its own block')
      const kept = textsOf(mainOf(await api.get(id)))
      assert.deepEqual(kept.toSorted(), Array.from(answers, (_, index) => `append ${index}`).toSorted())
    })
  }
  await check('each of 32 parallel appends shows all that came before it', async () => {
    const { id } = await make('RootPage', 'history')
    const answers = await times(32, (index) => many.append({ id, blocks: [paragraph(`append ${index}`)] }))
    answers.sort((a, b) => revisionOf(a) - revisionOf(b))
    for (const [index, answer] of answers.entries()) {
      assert.equal(mainOf(answer).length, index + 1)
      if (index) assert.deepStrictEqual(mainOf(answer).slice(0, -1), mainOf(answers[index - 1]))
    }
  })
  await check('32 parallel updates of different blocks of one object are all kept', async () => {
    const { id } = await make('RootPage', 'updates')
    const page = await api.append({ id, blocks: Array.from({ length: 32 }, (_, index) => paragraph(`${index}`, { blocks: [paragraph('child')] })) })
    const head = await api.head()
    consecutive(await times(32, (index) => many.updateBlock({ id, blockId: mainOf(page)[index].id, block: paragraph(`${index} new`) })), head)
    const after = mainOf(await api.get(id))
    assert.deepEqual(textsOf(after), textsOf(mainOf(page)).map((text) => `${text} new`))
    assert.deepStrictEqual(after.map((block) => block.blocks), mainOf(page).map((block) => block.blocks))
  })
  await check('32 parallel creations make 32 objects', async () => {
    const head = await api.head()
    const answers = await times(32, (index) => many.create({ structureId: 'RootTask', properties: { title: title(`task ${index}`) } }))
    consecutive(answers, head)
    assert.equal(new Set(answers.map(({ id }) => id)).size, 32)
    const read = await times(32, (index) => many.get(answers[index].id))
    assert.deepStrictEqual(read, answers)
  })
  await check('appends, updates, deletions and reads of one object at the same time leave it whole', async () => {
    const { id } = await make('RootPage', 'mixed')
    const page = await api.append({ id, blocks: Array.from({ length: 16 }, (_, index) => paragraph(`old ${index}`)) })
    const old = mainOf(page)
    await times(16, (index) => Promise.all([
      many.append({ id, parentBlockId: old[0].id, blocks: [paragraph(`new ${index}`)] }),
      index % 2 ? many.deleteBlock({ objectId: id, blockId: old[index].id }) : many.updateBlock({ id, blockId: old[index].id, block: paragraph(`changed ${index}`) }),
      many.update({ id, properties: { title: title(`title ${index}`) } }),
      many.get(id),
    ]))
    const after = await api.get(id)
    assert.deepEqual(textsOf(mainOf(after)), [0, 2, 4, 6, 8, 10, 12, 14].map((index) => `changed ${index}`))
    assert.equal(flat(mainOf(after)).filter((block) => textOf(block).startsWith('new ')).length, 16)
  })
}
