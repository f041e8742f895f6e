Console.Error.WriteLine("bloomery: no verbs yet");
return 2;
