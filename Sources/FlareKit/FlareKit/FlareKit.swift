// What authors of plugins import: all layers of the framework, each a module below the next.
@_exported import FlareEngine
@_exported import FlareExternal
@_exported import FlareModel
@_exported import FlareOptions
@_exported import FlarePipeline
@_exported import FlarePlugins
