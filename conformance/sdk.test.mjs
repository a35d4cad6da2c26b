// The official SDK drives every operation that there is; every answer is parsed with the SDK's own schemas and must hold
// nothing that they do not know. Then the server is stopped, started, killed and started again, and all of it reads back.
//
//   PALIMPSEST_BIN=target/debug/palimpsest PALIMPSEST_SDK=…/@capacities/api/dist/index.js node conformance/sdk.test.mjs

import { chapter, finish, must } from './lib/checks.mjs'
import { blockEdits } from './lib/sdk/block-edits.mjs'
import { blocks } from './lib/sdk/blocks.mjs'
import { collections } from './lib/sdk/collections.mjs'
import { daily } from './lib/sdk/daily.mjs'
import { links } from './lib/sdk/links.mjs'
import { markdown } from './lib/sdk/markdown.mjs'
import { messages } from './lib/sdk/messages.mjs'
import { objects } from './lib/sdk/objects.mjs'
import { parallel } from './lib/sdk/parallel.mjs'
import { properties } from './lib/sdk/properties.mjs'
import { restart } from './lib/sdk/restart.mjs'
import { search } from './lib/sdk/search.mjs'
import { space } from './lib/sdk/space.mjs'
import { types } from './lib/sdk/types.mjs'
import { furnish } from './lib/sdk/world.mjs'

const world = await must('the server starts on an empty folder, and takes structures and collections', furnish)
const chapters = {
  space, objects, properties, collections, types, blocks, blockEdits, search, markdown, daily, links, parallel, messages, restart,
}
for (const [name, run] of Object.entries(chapters)) await chapter(name, () => run(world))
await finish()
