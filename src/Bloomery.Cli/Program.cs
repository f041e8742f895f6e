using Bloomery.Cli.Framework;

return App.Run(args);
