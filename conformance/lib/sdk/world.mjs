// The space that the chapters work in: the built-in structures, two custom ones with collections, and objects to refer to.

import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '../client.mjs'
import { title } from '../content.mjs'
import { operate, Server, temporaryFolder } from '../server.mjs'

const SAMPLE = { id: randomUUID(), title: 'Sample', propertyDefinitions: [] }

const ids = {}
const define = (key, definition) => ({ id: (ids[key] = randomUUID()), ...definition })

/** A structure with every type of property that can be sent, as `structure create` takes it. */
const EXPERIMENT = {
  id: randomUUID(),
  title: 'Experiment',
  pluralName: 'Experimenta',
  labelColor: 'teal',
  propertyDefinitions: [
    define('state', {
      name: 'State',
      type: 'label',
      labelSet: [
        { id: 'planned', name: 'Planned', color: 'blue' },
        { id: 'running', name: 'Running ▶', color: 'yellow' },
        { id: 'over', name: 'Over' },
      ],
    }),
    define('methods', {
      name: 'Methods',
      type: 'label',
      multiple: true,
      labelSet: ['PCR', 'Blot', 'Gel', 'Assay'].map((name) => ({ id: randomUUID(), name, color: 'violet' })),
    }),
    define('samples', { name: 'Samples', type: 'entity', allowedStructures: [SAMPLE.id, 'RootPage'] }),
    define('related', { name: 'Related', type: 'entity' }),
    define('yield', { name: 'Yield', type: 'number' }),
    define('published', { name: 'Published', type: 'boolean' }),
    define('source', { name: 'Source', type: 'url' }),
    define('when', { name: 'When', type: 'date' }),
    define('summary', { name: 'Summary', type: 'richText' }),
    define('remark', { name: 'Remark', type: 'text' }),
    define('protocol', { name: 'Protocol', type: 'blocks' }),
    define('results', { name: 'Results', type: 'blocks' }),
    { name: 'Without an id', type: 'text' },
  ],
}

/** Starts a server on a fresh folder and furnishes its space. */
export async function furnish() {
  const folder = temporaryFolder()
  const data = join(folder, 'data')
  const server = await Server.start(data)
  for (const [name, structure] of Object.entries({ sample: SAMPLE, experiment: EXPERIMENT })) {
    const file = join(folder, `${name}.json`)
    writeFileSync(file, JSON.stringify(structure))
    await operate(data, 'structure', 'create', file)
  }
  const collection = (structure, name) => operate(data, 'collection', 'create', '--structure', structure, name)
  const collections = {
    spring: await collection('Experiment', 'Spring'),
    summer: await collection('Experiment', 'Summer'),
    winter: await collection(EXPERIMENT.id, 'Winter ❄'),
    pages: await collection('RootPage', 'Reading'),
  }
  const api = new Client(server.url, server.token)
  const make = (structureId, name) => api.create({ structureId, properties: { title: title(name) } })
  const tags = [await make('RootTag', 'red'), await make('RootTag', 'green'), await make('RootTag', 'blue')]
  const pages = [await make('RootPage', 'Buffers'), await make('RootPage', 'Reagents')]
  const sample = await make(SAMPLE.id, 'Sample 1')
  const world = { folder, data, server, api, collections, tags, pages, sample }
  return { ...world, experiment: { ...EXPERIMENT, ids }, sampleStructure: SAMPLE, make }
}
